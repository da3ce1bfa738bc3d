package io.understudy.ha;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a virtual address may look like. */
class VirtualIpFormTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.10, eth0",
    "192.0.2.10/33, eth0",
    "192.0.2.10/0, eth0",
    "192.0.2.10/24/24, eth0",
    "2001:db8::10/129, eth0",
    "host/24, eth0",
    "-4/24, eth0",
    "192.0.2.10/24, eth0 label",
    "192.0.2.10/24, an-interface-too-long",
  })
  void refusesAnotherForm(String address, String device) {
    assertThrows(IllegalArgumentException.class, () -> VirtualIp.of(address, device));
  }

  @Test
  void tellsItself() {
    assertEquals(
        "virtual address 2001:db8::10/64", VirtualIp.of("2001:db8::10/64", "e").toString());
    assertThrows(
        IllegalArgumentException.class,
        () -> VirtualIp.of("192.0.2.10/24", "eth0").inNamespace("-x"));
  }
}

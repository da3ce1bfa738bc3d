package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SightCodecTest {
  private static final List<String> NAMES = List.of("db-01", "db-02", "db-03", "db-04");
  private static final Map<String, Sight> SIGHTS =
      Map.of(
          "db-01",
          Sight.OK,
          "db-02",
          Sight.REFUSED,
          "db-03",
          Sight.silent(255),
          "db-04",
          Sight.declined(65_000));

  @Test
  void whatWasToldIsUnderstoodInAnyOrderOfMasters() {
    List<String> otherOrder = new ArrayList<>(NAMES);
    Collections.reverse(otherOrder);
    assertEquals(SIGHTS, SightCodec.decode(SightCodec.encode(SIGHTS, 64), otherOrder));
    assertArrayEquals(new byte[0], SightCodec.encode(Map.of(), 64));
  }

  @Test
  void aFullDiskIsTold() {
    Map<String, Sight> full = Map.of("db-01", Sight.full(3));
    assertEquals(full, SightCodec.decode(SightCodec.encode(full, 64), NAMES));
  }

  @Test
  void mastersThatAreNotKnownHereAreLeftOut() {
    byte[] bytes = SightCodec.encode(SIGHTS, 64);
    assertEquals(
        Map.of("db-03", Sight.silent(255)), SightCodec.decode(bytes, List.of("db-03", "db-09")));
  }

  @Test
  void ofTooManyMastersThoseAreToldThatDoNotAnswer() {
    Map<String, Sight> many = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      names.add("db-" + i);
      many.put("db-" + i, i >= 15 ? Sight.silent(i) : Sight.OK);
    }
    byte[] bytes = SightCodec.encode(many, 64);
    Map<String, Sight> read = SightCodec.decode(bytes, names);
    assertTrue(bytes.length <= 64);
    assertEquals(7, read.size());
    assertEquals(5, read.values().stream().filter(it -> !it.equals(Sight.OK)).count());
    assertTrue(many.entrySet().containsAll(read.entrySet()));
  }

  @Test
  void aLaterVersionSaysNothing() {
    byte[] bytes = SightCodec.encode(SIGHTS, 64);
    bytes[0] = 2;
    assertEquals(Map.of(), SightCodec.decode(bytes, NAMES));
  }

  @Property
  void anyBytesAreReadOrIgnored(@ForAll byte[] bytes) {
    byte[] versioned = Arrays.copyOf(bytes, Math.max(1, bytes.length));
    versioned[0] = 1;
    assertTrue(NAMES.containsAll(SightCodec.decode(versioned, NAMES).keySet()));
  }
}

package io.understudy.ha;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a guardian could not do is refused before anything starts. */
class GuardianRefusalTest {
  private static final long ANY_PID = 4711;

  private static void validate(Guardian guardian, Resource resource, long pid) {
    Validation check = new Validation();
    RoleSpec role = RoleSpec.named("main").running(ResourceGroup.of("mount", resource));
    check.guardian(guardian, List.of(role), pid);
    check.throwIfFaulty();
  }

  private static final class Mount implements Resource {
    @Override
    public void start(Leadership leadership) {}

    @Override
    public void stop() {}

    @Override
    public boolean outlivesProcess() {
      return true;
    }
  }

  @Test
  void aResourceThatOutlivesTheProcessSaysHowToStopIt() {
    Exception refused =
        assertThrows(
            HaConfigurationException.class, () -> validate(Guardian.alone(), new Mount(), ANY_PID));

    assertTrue(String.valueOf(refused.getMessage()).contains("resource mount outlives"));
    assertDoesNotThrow(() -> validate(null, new Mount(), ANY_PID));
    assertDoesNotThrow(
        () -> validate(Guardian.alone(), CommandResource.lsb("/etc/init.d/x"), ANY_PID));
  }

  /** The kernel drops SIGKILL from within a container to its process 1. */
  @Test
  void aProcessThatNobodyCanKillIsNotGuarded() {
    Exception refused =
        assertThrows(
            HaConfigurationException.class,
            () -> validate(Guardian.alone(), CommandResource.lsb("x"), 1));

    assertTrue(String.valueOf(refused.getMessage()).contains("process 1 of its container"));
  }

  @Test
  void aCommandIsStoppedAsItWouldBeByTheProcess() {
    Resource address = CommandResource.ocf("IPaddr2", "a").with("OCF_RESKEY_ip", "10.0.0.9");

    assertEquals(
        new StopCommand(
            List.of("IPaddr2", "a", "stop"),
            Map.of("OCF_RESKEY_ip", "10.0.0.9", "OCF_ROOT", "/usr/lib/ocf")),
        address.guardianStop().orElseThrow());
  }

  @Test
  void intervalsOfTheWatchdogAreBounded() {
    assertThrows(
        IllegalArgumentException.class, () -> Guardian.alone().every(Duration.ofMillis(99)));
    assertThrows(
        IllegalArgumentException.class, () -> Guardian.alone().every(Duration.ofSeconds(31)));
  }
}

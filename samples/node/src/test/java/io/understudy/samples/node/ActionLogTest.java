package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge of the acceptance tests is judged. */
class ActionLogTest {
  @TempDir Path directory;

  /** A line a millisecond: {@code n1 web start called 3 -}. */
  private ActionLog log(String... actions) throws IOException {
    Path file = directory.resolve("actions.log");
    StringBuilder lines = new StringBuilder();
    for (String action : Arrays.asList(actions)) {
      long millis = 1 + lines.chars().filter(c -> c == '\n').count();
      lines.append("%d000000 %s%n".formatted(millis, action));
    }
    Files.writeString(file, lines);
    return new ActionLog(file);
  }

  @Test
  void oneAfterTheOtherIsNoOverlap() throws IOException {
    ActionLog log =
        log(
            "n1 web start called 3 -",
            "n1 web start finished 3 0",
            "n1 web stop called 3 -",
            "n1 web stop finished 3 0",
            "n2 web start called 4 -");

    assertEquals(List.of(), log.overlaps());
    assertEquals(Map.of("n2", Set.of("web")), log.active());
  }

  /** A stop counts when it has ended, not when it was asked for. */
  @Test
  void aStopThatIsUnderWayIsAnOverlap() throws IOException {
    ActionLog log =
        log(
            "n1 web start called 3 -",
            "n1 web start finished 3 0",
            "n1 web stop called 3 -",
            "n2 web start called 4 -",
            "n1 web stop finished 3 0");

    assertEquals(1, log.overlaps().size());
  }

  @Test
  void aFailedStopIsNone() throws IOException {
    ActionLog log =
        log("n1 web start called 3 -", "n1 web stop finished 3 1", "n2 web start called 4 -");

    assertEquals(1, log.overlaps().size());
  }

  /** Nobody knows what a start did that failed, or never ended. */
  @Test
  void aFailedStartMustBeStoppedToo() throws IOException {
    assertEquals(
        1,
        log("n1 web start called 3 -", "n1 web start finished 3 1", "n2 job start called 4 -")
            .overlaps()
            .size());
  }

  /** All resources of the group must be stopped before any may start elsewhere. */
  @Test
  void oneOfTwoResourcesIsNotTheGroup() throws IOException {
    ActionLog log =
        log(
            "n1 storage start called 3 -",
            "n1 web start called 3 -",
            "n1 web stop finished 3 0",
            "n2 storage start called 4 -");

    assertTrue(log.overlaps().get(0).contains("n1 had [storage]"), log.overlaps().toString());
  }

  @Test
  void aMachineWithoutPowerRunsNothing() throws IOException {
    ActionLog log = log("n1 web start called 3 -");
    log.machineIsOff("n1");

    assertEquals(Map.of(), log.active());
  }

  @Test
  void measuresFromTheFirstCallToTheLastSuccess() throws IOException {
    ActionLog log =
        log(
            "n1 storage start called 3 -",
            "n1 storage start finished 3 0",
            "n1 web start called 3 -",
            "n1 web start finished 3 0");

    assertEquals(Optional.of(Duration.ofMillis(3)), log.took("n1", "start", Instant.EPOCH));
    assertEquals(
        Optional.of(Duration.ofMillis(1)), log.took("n1", "start", Instant.ofEpochMilli(2)));
    assertEquals(Optional.empty(), log.took("n2", "start", Instant.EPOCH));
  }
}

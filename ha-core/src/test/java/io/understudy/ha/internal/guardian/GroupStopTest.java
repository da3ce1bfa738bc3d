package io.understudy.ha.internal.guardian;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stop commands that are really run. */
class GroupStopTest {
  @TempDir Path directory;

  private long background = -1;

  @AfterEach
  void endAll() {
    ProcessHandle.of(background).ifPresent(ProcessHandle::destroyForcibly);
  }

  private Report stop(Duration limit, StopOrder... orders) {
    Report report = new Report("n1", directory.resolve(Report.FILE).toFile());
    Duty duty = new Duty("main", Duty.NEVER, limit.toNanos(), List.of(orders));
    new GroupStop(duty, directory.toFile(), report, System.nanoTime()).run();
    return report;
  }

  private static StopOrder order(String name, String script) {
    return new StopOrder(name, List.of("sh", "-c", script), Map.of());
  }

  /** An order that cannot even be begun takes nobody else's turn. */
  @Test
  void stopsTheOthersWhenAnOrderIsNonsense() {
    StopOrder nonsense = new StopOrder("odd", List.of("true"), Map.of("A=B", "C"));

    Report report = stop(Duration.ofSeconds(1), order("first", "touch stopped"), nonsense);

    assertTrue(Files.exists(directory.resolve("stopped")));
    assertTrue(report.hasFailed());
  }

  /** Also what has left the tree of processes: it could undo what a later attempt has done. */
  @Test
  void killsWhatAStopThatHangsHasPutIntoTheBackground() throws IOException {
    String script = "(setsid sleep 600 & echo $! > pid.new; mv pid.new pid) & sleep 600";

    stop(Duration.ofMillis(1500), order("hangs", script));

    background = Long.parseLong(Files.readString(directory.resolve("pid")).strip());
    assertNull(ProcessId.of(background));
  }
}

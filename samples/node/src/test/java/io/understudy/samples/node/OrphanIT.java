package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a killed member leaves in the midst of something: a start command that goes on without it, a
 * guardian that was stopped. Nothing of it may work once the next stop has been done.
 */
class OrphanIT {
  private static final Duration LEASE = Duration.ofSeconds(1);

  /**
   * Its start waits for the file {@code go}, and leaves a process of its own running; its stop
   * waits while there is a file {@code hold}.
   */
  private static final String SCRIPT =
      """
      cd %s
      case $1 in
        start)
          echo "begins $HA_EPOCH" >> log
          while [ ! -e go ]; do sleep 0.05; done
          setsid sleep 600 < /dev/null > /dev/null 2>&1 &
          echo $! > daemon
          echo "started $HA_EPOCH" >> log ;;
        stop)
          [ -e hold ] && echo stopping >> log
          while [ -e hold ]; do sleep 0.05; done
          [ -e daemon ] && kill $(cat daemon) && echo "stop ends it" >> log
          rm -f daemon
          echo stopped >> log ;;
        status) [ -e daemon ] || exit 3 ;;
      esac
      exit 0
      """;

  @RegisterExtension final Processes processes = new Processes();

  private final List<Long> guardians = new ArrayList<>();
  private Cluster cluster;
  private Path directory;
  private Map<String, String> options;
  private NodeProcess node;

  @BeforeEach
  void prepare() {
    cluster = processes.cluster(LEASE, "n1");
    directory = processes.directory();
    Path script = cluster.write("slow.sh", SCRIPT.formatted(directory)).toAbsolutePath();
    options =
        new HashMap<>(
            Map.of(
                "--resource", "main=sh " + script,
                "--check-interval", "200ms",
                "--stop-timeout", "2s"));
  }

  @AfterEach
  void endAll() throws IOException {
    cluster.nodes().forEach(NodeProcess::close);
    Path daemon = directory.resolve("daemon");
    if (Files.exists(daemon)) {
      end(Long.parseLong(Files.readString(daemon).strip()));
    }
    guardians.forEach(OrphanIT::end);
  }

  private static void end(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private void start() {
    node = cluster.start("n1", options);
  }

  private List<String> log() {
    Path file = directory.resolve("log");
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitLog(String line) {
    await(line).atMost(Cluster.PATIENCE).until(() -> log().contains(line));
  }

  private void letStartsGoOn() throws IOException {
    Files.createFile(directory.resolve("go"));
  }

  private long guardian() {
    String detail =
        await("guarded")
            .atMost(Cluster.PATIENCE)
            .until(
                () ->
                    node.last(e -> e.is("guardian") && e.text("running").equals("true"))
                        .map(e -> e.text("detail"))
                        .orElse(""),
                text -> !text.isEmpty());
    long pid = Long.parseLong(detail.replaceAll("process ([0-9]+),.*", "$1"));
    guardians.add(pid);
    return pid;
  }

  private String awaitReport() throws IOException {
    Path report = cluster.stateDirectory("n1").resolve("guardian.report");
    await("reported").atMost(Cluster.PATIENCE).until(() -> Files.exists(report));
    return Files.readString(report);
  }

  // ---- a start that is under way ---------------------------------------------------------------

  @Test
  void aStartIsEndedByTheGuardianBeforeItStops() throws IOException {
    options.put("--guardian", Cluster.FLAG);
    start();
    awaitLog("begins 1");

    node.kill();
    String report = awaitReport();
    letStartsGoOn();
    Waits.pass(Duration.ofMillis(500));

    assertEquals(List.of("stopped", "begins 1", "stopped"), log());
    assertTrue(report.contains("killed what was under way"), report);
    assertTrue(report.lines().findFirst().orElseThrow().endsWith(" all-stopped"), report);
  }

  @Test
  void aStartIsEndedByTheNextLifeBeforeItsFirstStop() throws IOException {
    start();
    awaitLog("begins 1");

    node.kill();
    start();
    awaitLog("begins 2");
    letStartsGoOn();
    awaitLog("started 2");
    Waits.pass(Duration.ofMillis(300));

    assertEquals(List.of("stopped", "begins 1", "stopped", "begins 2", "started 2"), log());
  }

  /** Its start had ended, so it is the resource itself, and its stop is all that it gets. */
  @Test
  void aDaemonIsStoppedAndNotKilled() throws IOException {
    options.put("--guardian", Cluster.FLAG);
    letStartsGoOn();
    start();
    awaitLog("started 1");

    node.kill();
    String report = awaitReport();

    assertEquals(
        List.of("stopped", "begins 1", "started 1", "stop ends it", "stopped"), log(), report);
  }

  // ---- a stop that is under way ----------------------------------------------------------------

  /** The machine is about to restart then; what can be stopped before that is. */
  @Test
  void aWatchdogThatFailsKeepsNothingFromBeingStopped() throws Exception {
    Path device = directory.resolve("watchdog");
    Shell.run("mkfifo", device.toString());
    Process reader =
        new ProcessBuilder("cat", device.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      options.putAll(Map.of("--watchdog", device.toString(), "--stop-timeout", "10s"));
      options.put("--guardian", Cluster.FLAG);
      letStartsGoOn();
      start();
      awaitLog("started 1");
      Files.createFile(directory.resolve("hold"));
      node.kill();
      awaitLog("stopping");
    } finally {
      reader.destroyForcibly().waitFor();
    }
    Waits.pass(Duration.ofMillis(1_500)); // it is fed every second

    Files.delete(directory.resolve("hold"));

    String report = awaitReport();
    assertTrue(report.contains("the watchdog cannot be fed"), report);
    assertTrue(report.contains("slow.sh stopped at attempt 1"), report);
    assertEquals("stopped", log().get(log().size() - 1));
  }

  // ---- a guardian that was stopped -------------------------------------------------------------

  /** It would hold its lock for ever, and on waking stop what works by then. */
  @Test
  @Tag("fault")
  void aGuardianThatWasStoppedIsEndedByTheNextLife() throws IOException {
    options.put("--guardian", Cluster.FLAG);
    letStartsGoOn();
    start();
    awaitLog("started 1");
    long stopped = guardian();
    Shell.run("kill", "-STOP", Long.toString(stopped));
    node.kill();

    start();

    await("told")
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                node.last(e -> e.text("detail").contains("killed that one, process " + stopped))
                    .isPresent());
    awaitLog("started 2");
    assertTrue(guardian() != stopped);
    assertFalse(ProcessHandle.of(stopped).flatMap(p -> p.info().command()).isPresent());
  }
}

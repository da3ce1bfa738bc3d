package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The guardian of a member that runs a command: whatever ends or stops the member's JVM, the
 * command is stopped in time and nothing is left behind. One member is enough for that.
 */
class GuardianIT {
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final long STOP_MILLIS = 1_000;
  private static final long GRACE_MILLIS = 100;
  private static final int KILLED = 137;

  /** A build in the background ignores some signals, and its children would, too. */
  private static final List<String> OWN_GROUP =
      List.of("env", "--default-signal=INT,TERM,HUP", "setsid");

  private static final int ENDED_ITSELF = 75;

  @RegisterExtension final Processes processes = new Processes();

  private final List<Long> guardians = new ArrayList<>();
  private Cluster cluster;
  private Service service;
  private NodeProcess node;

  private void start(Site site, Map<String, String> more) {
    cluster = processes.clusterIn(site, LEASE, List.of("n1"));
    service = new Service(cluster);
    node = cluster.start("n1", options(more));
    awaitWork();
  }

  private Map<String, String> options(Map<String, String> more) {
    Map<String, String> options = new HashMap<>(service.options());
    options.put("--guardian", Cluster.FLAG);
    options.put("--stop-timeout", STOP_MILLIS + "ms");
    options.putAll(more);
    return options;
  }

  private void start() {
    start(Site.at("127.0.0.1"), Map.of());
  }

  private Reign awaitWork() {
    Reign reign = cluster.awaitFirstLeader();
    await("works").atMost(Cluster.PATIENCE).until(() -> service.worksOn(node));
    guardian();
    return reign;
  }

  /** The process that guards now. */
  private long guardian() {
    Event event =
        await("guarded")
            .atMost(Cluster.PATIENCE)
            .until(
                () ->
                    node.last(e -> e.is("guardian")).filter(e -> e.text("running").equals("true")),
                Optional::isPresent)
            .orElseThrow();
    long pid = Long.parseLong(event.text("detail").replaceAll("process ([0-9]+),.*", "$1"));
    if (!guardians.contains(pid)) {
      guardians.add(pid);
    }
    return pid;
  }

  private static boolean lives(long pid) {
    // Without a command it is a zombie: whoever inherited it has not taken note of its end.
    return ProcessHandle.of(pid).flatMap(process -> process.info().command()).isPresent();
  }

  private void awaitNoGuardian(Duration limit) {
    await("no guardian left")
        .pollInterval(Duration.ofMillis(1))
        .atMost(limit)
        .until(() -> guardians.stream().noneMatch(GuardianIT::lives));
  }

  /** Whatever a test did, its guardians have ended with their JVMs, and their files with them. */
  @AfterEach
  void nothingIsLeft() throws IOException {
    try {
      node.close();
      awaitNoGuardian(Duration.ofSeconds(5));
      try (Stream<Path> files = Files.list(cluster.stateDirectory("n1"))) {
        assertEquals(List.of(), files.filter(f -> f.toString().contains(".classes.")).toList());
      }
    } finally {
      guardians.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }
  }

  private Path report() {
    return cluster.stateDirectory("n1").resolve("guardian.report");
  }

  private String awaitReport() {
    await("reported").atMost(Cluster.PATIENCE).until(() -> Files.exists(report()));
    try {
      return Files.readString(report());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A number of milliseconds in a report, before these words. */
  private static double millis(String report, String words) {
    String before = report.substring(0, report.indexOf(" ms " + words));
    return Double.parseDouble(before.substring(before.lastIndexOf(' ') + 1));
  }

  private static void tell(String what, Object value) {
    System.out.println("measured: " + what + ": " + value);
  }

  private static long millisSince(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
  }

  // ---- a JVM that cannot end itself ------------------------------------------------------------

  @Test
  void killsAStoppedProcessAtItsDeadlineAndStopsWhatItLeft() {
    start();
    long stopped = System.nanoTime();
    node.signal("STOP");

    assertEquals(KILLED, node.exitStatus(Cluster.PATIENCE));
    long deadMillis = millisSince(stopped);
    await("stopped").pollInterval(Duration.ofMillis(1)).until(() -> !service.worksOn(node));
    long cleanMillis = millisSince(stopped);

    String report = awaitReport();
    double late = millis(report, "after the deadline");
    tell("stopped JVM: killed after the deadline, ms", late);
    tell("stopped JVM: killed after SIGSTOP, ms", deadMillis);
    tell("stopped JVM: command stopped after SIGSTOP, ms", cleanMillis);
    tell("report", report);
    long whole = LEASE.toMillis() + STOP_MILLIS + GRACE_MILLIS;
    assertTrue(deadMillis >= STOP_MILLIS + GRACE_MILLIS, deadMillis + " ms: too early");
    assertTrue(deadMillis < whole + 300, deadMillis + " ms: too late");
    assertTrue(late >= 0 && late < 200, report);
    awaitNoGuardian(Duration.ofSeconds(2));
    assertEquals(List.of("n1 start 1", "n1 stop 1"), service.log());
  }

  /**
   * Its heap is full, and it does little but collect garbage. Which of the two ends it, the process
   * or its guardian, is a matter of chance.
   */
  @Test
  @Tag("fault")
  void endsAProcessThatThrashes() throws IOException {
    Path trigger = processes.directory().resolve("thrash");
    List<String> hoarder = Hoarder.prefix(processes.directory(), trigger);
    start(Site.at("127.0.0.1", Map.of("n1", hoarder)), Map.of());
    Files.createFile(trigger);
    long began = System.nanoTime();

    int status = node.exitStatus(Cluster.PATIENCE);

    tell("thrashing: ended with status", status);
    tell("thrashing: ended after ms", millisSince(began));
    assertTrue(status == ENDED_ITSELF || status == KILLED, "status " + status);
    await("stopped").until(() -> !service.worksOn(node));
    tell("report", awaitReport());
    assertEquals(List.of("n1 start 1", "n1 stop 1"), service.log());
  }

  /** It hears at its next start what was done meanwhile. */
  @Test
  void reportsToTheNextLife() {
    start();
    node.kill();
    awaitReport();

    node = cluster.start("n1", options(Map.of()));

    await("told")
        .atMost(Cluster.PATIENCE)
        .until(() -> node.last(e -> e.is("guardian-acted")).isPresent());
    Event told = node.last(e -> e.is("guardian-acted")).orElseThrow();
    assertEquals("true", told.text("stopped"));
    assertTrue(told.text("actions").contains("service.sh stopped at attempt 1"), told.toString());
    assertFalse(Files.exists(report()));
    guardian();
  }

  /** A few megabytes of its own; most of the rest are the JDK's pages, shared with other JVMs. */
  @Test
  void isSmall() throws IOException {
    start();
    Path memory = Path.of("/proc", Long.toString(guardian()), "smaps_rollup");
    List<String> lines = Files.readAllLines(memory);
    tell("guardian", lines.stream().filter(l -> l.matches("(Rss|Pss|Private_Dirty):.*")).toList());
    tell("guardian", node.last(e -> e.is("guardian")).orElseThrow().text("detail"));
    long ownKilobytes =
        lines.stream()
            .filter(line -> line.startsWith("Private_"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .sum();
    assertTrue(ownKilobytes < 20_000, ownKilobytes + " kB");
  }

  // ---- a JVM that ends -------------------------------------------------------------------------

  @Test
  void stopsWhatAKilledProcessLeftAtOnce() {
    start();
    long killed = System.nanoTime();
    node.kill();
    await("stopped").pollInterval(Duration.ofMillis(1)).until(() -> !service.worksOn(node));
    long millis = millisSince(killed);

    tell("kill -9: command stopped, ms", millis);
    tell("report", awaitReport());
    assertTrue(millis < 1_000, millis + " ms");
    assertEquals(List.of("n1 start 1", "n1 stop 1"), service.log());
  }

  /** The process ends itself, in time; then the guardian tries in vain, in time too. */
  @Test
  void saysWhatItCouldNotStop() {
    start();
    service.spoil(node, "stop.hangs");
    node.terminate();
    int status = node.exitStatus(Cluster.PATIENCE);
    assertTrue(status == ENDED_ITSELF || status == KILLED, "on a busy machine: " + status);
    long ended = System.nanoTime();

    String report = awaitReport();

    assertTrue(millisSince(ended) < STOP_MILLIS + 1_000, report);
    assertTrue(report.lines().findFirst().orElseThrow().endsWith(" not-all-stopped"), report);
    assertTrue(report.contains("service.sh NOT STOPPED in 1000.0 ms: the last of 1 att"), report);
    assertTrue(String.join("\n", node.errorLines()).contains("NOT STOPPED"));
  }

  /** What fails at first is tried again. */
  @Test
  void triesAgain() {
    start();
    service.spoil(node, "stop.fails");
    node.kill();
    Waits.pass(Duration.ofMillis(300));

    service.mend(node, "stop.fails");

    await("stopped").until(() -> !service.worksOn(node));
    assertFalse(awaitReport().contains("attempt 1,"), awaitReport());
  }

  @Test
  void endsWithAProcessThatLeftNothing() {
    start(Site.at("127.0.0.1"), Map.of());
    assertEquals(200, node.post("/ha/standby?on=true").statusCode());
    long killed = System.nanoTime();
    node.kill();

    awaitNoGuardian(Duration.ofSeconds(2));

    tell("kill -9 with nothing at work: guardian gone, ms", millisSince(killed));
    assertFalse(Files.exists(report()));
  }

  @Test
  void endsWithAProcessThatIsTerminated() {
    start();
    node.terminate();

    assertEquals(0, node.exitStatus(Cluster.PATIENCE));
    awaitNoGuardian(Duration.ofSeconds(2));
    assertEquals(List.of("n1 start 1", "n1 stop 1"), service.log());
    assertFalse(Files.exists(report()));
  }

  /** Ctrl-C, and supervisors that signal all they have started: the JVM stops in good order. */
  @Test
  void outlivesSignalsToTheWholeProcessGroup() {
    for (String signal : List.of("INT", "TERM", "HUP")) {
      start(Site.at("127.0.0.1", Map.of("n1", OWN_GROUP)), Map.of());
      Shell.run("sh", "-c", "kill -" + signal + " -" + node.pid());

      assertEquals(0, node.exitStatus(Cluster.PATIENCE), signal);
      awaitNoGuardian(Duration.ofSeconds(2));
      assertFalse(Files.exists(report()), "the JVM did it itself");
      assertEquals(0, service.overlaps().size());
      assertTrue(node.last(e -> e.is("guardian") && e.text("running").equals("false")).isEmpty());
    }
  }

  // ---- the guardian's own end ------------------------------------------------------------------

  @Test
  void isReplacedAndTheNextOneWorks() {
    start();
    long first = guardian();
    ProcessHandle.of(first).orElseThrow().destroyForcibly();
    await("told")
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                node.last(e -> e.is("guardian") && e.text("running").equals("false")).isPresent());
    await("replaced").atMost(Cluster.PATIENCE).until(() -> guardian() != first);
    assertEquals(List.of("n1 start 1"), service.log());

    node.signal("STOP");

    assertEquals(KILLED, node.exitStatus(Cluster.PATIENCE));
    await("stopped").until(() -> !service.worksOn(node));
    assertEquals(List.of("n1 start 1", "n1 stop 1"), service.log());
  }

  /** It knew nothing of the leases in between, and listens before it judges. */
  @Test
  void harmsNobodyWhenItWasStoppedItself() {
    start();
    long guardian = guardian();
    Shell.run("kill", "-STOP", Long.toString(guardian));
    Waits.pass(LEASE.plusMillis(STOP_MILLIS + 500));

    Shell.run("kill", "-CONT", Long.toString(guardian));

    Waits.pass(Duration.ofMillis(500));
    assertTrue(node.isAlive());
    assertEquals(guardian, guardian());
    assertEquals(List.of("n1 start 1"), service.log());
  }

  @Test
  @Tag("fault")
  void isReplacedWhenItDoesNotAnswer() {
    start();
    long first = guardian();

    Shell.run("kill", "-STOP", Long.toString(first));

    await("told")
        .atMost(Cluster.PATIENCE)
        .until(() -> node.last(e -> e.text("detail").contains("not answered for 5 s")).isPresent());
    await("replaced").atMost(Cluster.PATIENCE).until(() -> guardian() != first);
    assertNotEquals(first, guardian());
    assertEquals(List.of("n1 start 1"), service.log());
  }

  // ---- the watchdog ----------------------------------------------------------------------------

  /** A plain file in place of the device: what would be written to it. */
  @Test
  void feedsTheWatchdogAndStopsItAtTheEnd() throws IOException {
    Path device = Files.createFile(processes.directory().resolve("watchdog"));
    start(Site.at("127.0.0.1"), Map.of("--watchdog", device.toString()));
    await("fed twice").atMost(Cluster.PATIENCE).until(() -> Files.size(device) >= 2);

    node.terminate();
    assertEquals(0, node.exitStatus(Cluster.PATIENCE));
    awaitNoGuardian(Duration.ofSeconds(2));

    String fed = Files.readString(device);
    assertEquals(fed.length() - 1, fed.indexOf('V'), "once, as the last byte");
  }

  @Test
  void letsTheWatchdogBiteWhenItCannotStopWhatIsLeft() throws IOException {
    Path device = Files.createFile(processes.directory().resolve("watchdog"));
    start(Site.at("127.0.0.1"), Map.of("--watchdog", device.toString()));
    service.spoil(node, "stop.fails");

    node.kill();

    awaitReport();
    awaitNoGuardian(Duration.ofSeconds(2));
    assertFalse(Files.readString(device).contains("V"));
  }

  /** Fenced, not hopeful: without a guardian nothing starts that would outlive the process. */
  @Test
  void nothingStartsWithoutIt() throws IOException {
    Path device = processes.directory().resolve("watchdog");
    cluster = processes.cluster(LEASE, "n1");
    service = new Service(cluster);
    node = cluster.start("n1", options(Map.of("--watchdog", device.toString())));
    await("told")
        .atMost(Cluster.PATIENCE)
        .until(
            () -> node.last(e -> e.text("detail").contains("cannot open the watch")).isPresent());
    Waits.pass(LEASE.multipliedBy(2));
    assertEquals(Optional.empty(), node.leadership());
    assertTrue(node.get("/ha/status").body().contains("no guardian is running"));

    Files.createFile(device);

    awaitWork();
  }
}

package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Three members on machines of their own that run one group, its database, and a client of the
 * virtual address.
 */
final class Platform implements AutoCloseable {
  /** For tests in which the leader is lost anyway. */
  static final Duration LEASE = Duration.ofSeconds(3);

  /** For tests in which nothing may move: a busy machine does not end such a lease by itself. */
  static final Duration LONG_LEASE = Duration.ofSeconds(10);

  /** When something was done to the platform: answers have the one clock, scripts the other. */
  record Moment(long nanos, Instant time) {
    static Moment now() {
      return new Moment(System.nanoTime(), Instant.now());
    }
  }

  private final Network network;
  private final Machines machines;
  private final Cluster cluster;
  private final PlatformGroup group;
  private final JobDatabase database;
  private final Visits visits;
  private final Map<String, String> options;

  /** Skips a test, with the reason, where this machine lacks something. */
  static void assumePossible() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
    for (String program : List.of("arping", "nsenter", "mountpoint", "setsid")) {
      assumeTrue(isInstalled(program), program + " is not installed");
    }
  }

  static boolean isInstalled(String program) {
    return Shell.run("sh", "-c", "command -v " + program + " || echo").startsWith("/");
  }

  /** Everything but the members runs when this returns. */
  Platform(Processes processes, Duration lease, String writes, Map<String, String> changes) {
    network = processes.network("n1", "n2", "n3");
    machines = new Machines(network, processes.directory());
    cluster = processes.clusterIn(machines, lease, network.members());
    group = new PlatformGroup(machines, processes.directory(), writes);
    database = new JobDatabase(network);
    network.members().forEach(name -> group.reachDatabase(name, database.urlFrom(name)));
    options = new LinkedHashMap<>(group.options());
    options.putAll(changes);
    var output = processes.directory().resolve("visits");
    visits = new Visits(output);
    machines.client(
        output,
        List.of(
            PlatformGroup.java(),
            "-cp",
            System.getProperty("java.class.path"),
            Visitor.class.getName(),
            PlatformGroup.ADDRESS,
            PlatformGroup.PORT,
            "/document.txt"));
  }

  Network network() {
    return network;
  }

  Machines machines() {
    return machines;
  }

  Cluster cluster() {
    return cluster;
  }

  PlatformGroup group() {
    return group;
  }

  Visits visits() {
    return visits;
  }

  /** Starts all members and waits until the group works. */
  Reign start() {
    cluster.startAll(options);
    cluster.awaitPeace();
    return awaitWorking(cluster.nodes(), 0);
  }

  /** Waits until a member has counted so many failures; returns when it did. */
  long awaitFailures(NodeProcess node, long count) {
    return await(count + " failures of " + node)
        .pollInterval(Duration.ofMillis(20))
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                node.last(
                    e ->
                        e.is("resource")
                            && e.text("state").equals("failed")
                            && e.number("failcount") >= count),
            Optional::isPresent)
        .orElseThrow()
        .monoNanos();
  }

  /** Starts a member again. */
  NodeProcess startAgain(String name) {
    return cluster.start(name, options);
  }

  /** Waits until the group answers and writes in a leadership of one of some members. */
  Reign awaitWorking(List<NodeProcess> candidates, long aboveEpoch) {
    return await("the group works above epoch " + aboveEpoch + " on one of " + candidates)
        .pollInterval(Duration.ofMillis(20))
        .atMost(Cluster.PATIENCE.multipliedBy(2))
        .until(
            () ->
                cluster
                    .leader(candidates, aboveEpoch)
                    .filter(reign -> visits.hasAnswerOf(reign, 0))
                    .filter(reign -> database.rowsOf(reign.epoch()) > 0),
            Optional::isPresent)
        .orElseThrow();
  }

  /** Waits until the group works on another member. */
  Reign awaitMovedFrom(Reign before) {
    return awaitWorking(cluster.others(before.node()), before.epoch());
  }

  /** The machine of a member is gone from one moment to the other. */
  void powerOff(NodeProcess node) {
    machines.powerOff(node);
    group.log().machineIsOff(node.name());
  }

  /** Waits until nothing of the group is active on a member's machine, by what its scripts say. */
  void awaitStopped(String member) {
    await("stopped on " + member)
        .atMost(Cluster.PATIENCE)
        .until(() -> !group.log().active().containsKey(member));
  }

  /** No client has got anything but the document, and no epoch has written after a higher one. */
  void assertDataIsSound() {
    assertEquals(List.of(PlatformGroup.DOCUMENT), visits.documents());
    assertEquals(List.of(), database.rowsOutOfOrder());
  }

  /** No member has started anything while another one's group was not known to be stopped. */
  void assertNeverTwice() {
    assertEquals(List.of(), group.log().overlaps());
  }

  /** Prints how long clients were without an answer, and what of it the scripts took. */
  void report(String what, Moment since, Reign before, Reign after) {
    System.out.printf(
        "%s: no answer for %d ms; stop %s, start %s; lease %d ms%n",
        what,
        visits.longestSilence(since.nanos()).toMillis(),
        millis(before, "stop", since),
        millis(after, "start", since),
        cluster.lease().toMillis());
  }

  private String millis(Reign reign, String action, Moment since) {
    return group
        .log()
        .took(reign.node().name(), action, since.time())
        .map(time -> time.toMillis() + " ms")
        .orElse("none");
  }

  @Override
  public void close() {
    database.close();
  }
}

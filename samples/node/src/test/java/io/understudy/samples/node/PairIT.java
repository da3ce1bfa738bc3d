package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two members without a third vote, each with a command that ends the other's process. */
@Tag("fault")
class PairIT {
  private static final Duration LEASE = Duration.ofSeconds(2);

  @RegisterExtension final Processes processes = new Processes();

  private Cluster cluster() {
    return processes.cluster(LEASE, "n1", "n2");
  }

  @Test
  void theOtherOneLeadsAfterTheLeaderWasKilledAndTheKilledOneRejoins() {
    Cluster cluster = cluster();
    Pair pair = new Pair(cluster).startAll();
    Reign first = cluster.awaitPeace();
    NodeProcess other = pair.otherThan(first.node());

    first.node().kill();

    Reign second = cluster.awaitLeader(List.of(other), first.epoch(), Cluster.PATIENCE);
    assertEquals(1, confirmedBy(other));
    pair.start(first.node().name());
    assertEquals(second, cluster.awaitPeace());
    assertTrue(other.isAlive());
  }

  /** The command works on a process that is stopped, too; nobody wakes up believing in a lease. */
  @Test
  void aStoppedLeaderIsEndedByItsFollower() {
    Cluster cluster = cluster();
    Pair pair = new Pair(cluster).startAll();
    Reign first = cluster.awaitPeace();
    NodeProcess other = pair.otherThan(first.node());

    first.node().signal("STOP");

    cluster.awaitLeader(List.of(other), first.epoch(), Cluster.PATIENCE);
    assertFalse(first.node().isAlive());
  }

  /** The incumbent has the advantage: it goes on, in the same epoch and without a break. */
  @Test
  void aStoppedFollowerCostsTheLeaderNothing() {
    Cluster cluster = cluster();
    Pair pair = new Pair(cluster).startAll();
    Reign reign = cluster.awaitPeace();
    NodeProcess other = pair.otherThan(reign.node());

    other.signal("STOP");
    await("fenced").atMost(Cluster.PATIENCE).until(() -> !other.isAlive());
    Waits.pass(LEASE.multipliedBy(2));

    assertEquals(1, cluster.elections());
    assertTrue(leads(reign));
    pair.start(other.name());
    assertEquals(reign, cluster.awaitPeace());
  }

  /**
   * Both are stopped and go on: whoever leads then, no claims overlap (checked after each test).
   */
  @Test
  void bothAreStoppedForLongerThanALease() {
    Cluster cluster = cluster();
    Pair pair = new Pair(cluster).startAll();
    Reign first = cluster.awaitPeace();

    cluster.nodes().forEach(node -> node.signal("STOP"));
    Waits.pass(LEASE.multipliedBy(2));
    cluster.nodes().forEach(node -> node.signal("CONT"));

    cluster.awaitLeader(cluster.nodes(), first.epoch(), Cluster.PATIENCE);
    pair.startAllThatEnded();
    cluster.awaitPeace();
  }

  /**
   *
   *
   * <pre>
   *   n1 leads, n2 off         n1 restarts: it may have missed what n2 did, so it waits
   *   operator: n2 is off      n1 leads, a million epochs further
   * </pre>
   */
  @Test
  void aMemberThatStartsAloneWaitsForItsPeerOrForAnOperator() {
    Cluster cluster = cluster();
    Pair pair = new Pair(cluster).startAll();
    Reign first = cluster.awaitPeace();
    cluster.nodes().forEach(NodeProcess::kill);

    NodeProcess alone = pair.start("n1");

    await("says why")
        .atMost(Cluster.PATIENCE)
        .until(() -> waiting(alone).contains("has not met n2"));
    Waits.pass(LEASE.multipliedBy(2));
    assertEquals(0, alone.count("elected"));
    assertEquals(0, alone.count("fence"));
    await("it has listened for a lease")
        .atMost(Cluster.PATIENCE)
        .until(() -> alone.post("/ha/fenced/confirm?member=n2").statusCode() == 200);
    Reign second = cluster.awaitLeader(List.of(alone), first.epoch(), Cluster.PATIENCE);
    assertTrue(second.epoch() > 1_000_000, second::toString);
    pair.start("n2");
    assertEquals(second, cluster.awaitPeace());
    assertEquals(409, alone.post("/ha/fenced/confirm?member=n2").statusCode());
  }

  @Test
  void aFenceThatFailsIsTriedAgainAndExplained() {
    Cluster cluster = cluster();
    Pair pair = new Pair(cluster).startAll();
    Reign first = cluster.awaitPeace();
    NodeProcess other = pair.otherThan(first.node());
    pair.breakHooks();

    first.node().kill();

    await("explained")
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                waiting(other).contains("tried 2 times")
                    && waiting(other).contains("status 1, output: no power"));
    assertEquals(0, other.count("elected"));
    String word = "/ha/fenced/confirm?member=" + first.node().name();
    await("it has listened for a lease, and heard nothing")
        .atMost(Cluster.PATIENCE)
        .until(() -> other.post(word).statusCode() == 200);
    Reign second = cluster.awaitLeader(List.of(other), first.epoch(), Cluster.PATIENCE);
    assertTrue(second.epoch() < 1_000_000, second::toString);
  }

  /** Both levels are agents; the first one has lost its power together with the machine. */
  @Test
  void theSecondLevelIsTriedWhenTheFirstDoesNotConfirm() {
    Cluster cluster = cluster();
    Pair pair = new Pair(cluster).withAgents("management", "supply").startAll();
    Reign first = cluster.awaitPeace();
    NodeProcess other = pair.otherThan(first.node());
    pair.breakAgent("management");

    first.node().signal("STOP");

    cluster.awaitLeader(List.of(other), first.epoch(), Cluster.PATIENCE);
    assertFalse(first.node().isAlive());
    assertEquals(
        List.of(
            "1 management asked", "1 management failed", "2 supply asked", "2 supply confirmed"),
        other.events().stream().filter(e -> e.is("fence")).map(PairIT::brief).toList());
    assertEquals(1, other.count("fence-concluded"));
    String status = other.get("/ha/status").body();
    assertTrue(status.contains("\"hook\":\"supply\""), status);
  }

  private static String brief(Event fence) {
    return fence.number("level") + " " + fence.text("hook") + " " + fence.text("result");
  }

  private static boolean leads(Reign reign) {
    return reign.node().leadership().filter(e -> e.number("epoch") == reign.epoch()).isPresent();
  }

  private static long confirmedBy(NodeProcess node) {
    return node.events().stream()
        .filter(e -> e.is("fence") && "confirmed".equals(e.text("result")))
        .count();
  }

  private static String waiting(NodeProcess node) {
    return node.last(e -> e.is("peer-missing")).map(e -> e.text("reason")).orElse("");
  }
}

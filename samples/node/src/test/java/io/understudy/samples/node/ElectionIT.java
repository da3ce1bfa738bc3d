package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Leaders come and go with their processes; epochs only grow. */
class ElectionIT {
  private static final Duration LEASE = Duration.ofSeconds(1);

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void threeNodesElectWithinFiveSecondsOfTheLastStart() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();

    Reign reign = cluster.awaitLeader(cluster.nodes(), 0, Duration.ofSeconds(5));

    cluster.awaitKnownEverywhere(reign);
    for (NodeProcess node : cluster.nodes()) {
      assertEquals("started", node.events().get(0).text("event"), node.name());
      assertEquals(node == reign.node() ? 1 : 0, node.count("elected"), node.name());
      assertEquals(node == reign.node() ? 200 : 503, leaderStatus(node), node.name());
    }
  }

  @Test
  void anotherMemberLeadsSoonAfterTheLeaderWasKilled() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign first = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(first);

    first.node().kill();

    List<NodeProcess> survivors = cluster.others(first.node());
    Reign second = cluster.awaitLeader(survivors, first.epoch(), afterSilence());
    cluster.awaitKnownEverywhere(second);
    NodeProcess back = cluster.start(first.node().name());
    await("the killed member follows")
        .atMost(Cluster.PATIENCE)
        .until(() -> back.knownLeader().equals(second.node().name()));
  }

  /**
   *
   *
   * <pre>
   * leader  |== leads ==|.......... stopped for three leases ..........| revoked at once, follows
   * others  |  follow   | promise runs | one leads in a higher epoch
   * </pre>
   */
  @Test
  void aStoppedLeaderLeadsNoLongerWhenItWakes() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign first = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(first);
    long stoppedNanos = System.nanoTime();

    first.node().signal("STOP");
    Reign second = cluster.awaitLeader(cluster.others(first.node()), first.epoch(), afterSilence());
    await("three leases")
        .atMost(LEASE.multipliedBy(4))
        .until(() -> System.nanoTime() - stoppedNanos > LEASE.multipliedBy(3).toNanos());
    first.node().signal("CONT");

    await("the woken member follows")
        .atMost(Cluster.PATIENCE)
        .until(() -> first.node().knownLeader().equals(second.node().name()));
    assertEquals(
        "lease-expired",
        first.node().last(e -> e.isOfMain("revoked")).orElseThrow().text("reason"));
    ClaimsOverlap claims = cluster.claims();
    assertEquals(List.of(), claims.violations());
    assertEquals(List.of(first.epoch(), second.epoch()), claims.epochs("main"));
  }

  @Test
  void epochsGrowThoughAllMembersAreKilledAndRestarted() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    long highest = cluster.awaitFirstLeader().epoch();
    for (int round = 0; round < 2; round++) {
      cluster.nodes().forEach(NodeProcess::kill);
      cluster.startAll();

      Reign next = cluster.awaitLeader(cluster.nodes(), 0, Cluster.PATIENCE);

      assertTrue(next.epoch() > highest, next.epoch() + " after " + highest);
      highest = next.epoch();
    }
  }

  @Test
  void aTerminatedLeaderResignsAndExitsInOrder() {
    Duration longLease = Duration.ofSeconds(4);
    Cluster cluster = processes.cluster(longLease, "n1", "n2", "n3").startAll();
    Reign first = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(first);

    first.node().signal("TERM");

    Reign second =
        cluster.awaitLeader(cluster.others(first.node()), first.epoch(), longLease.dividedBy(2));
    assertEquals(0, first.node().exitStatus(Duration.ofSeconds(5)));
    List<Event> events = first.node().events();
    assertEquals("stopped", events.get(events.size() - 1).text("event"));
    assertEquals(
        "closed", first.node().last(e -> e.isOfMain("revoked")).orElseThrow().text("reason"));
    cluster.awaitKnownEverywhere(second);
  }

  @Test
  void aWitnessVotesAndNeverLeads() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "w1:witness").startAll();
    Reign first = cluster.awaitFirstLeader();
    NodeProcess witness = cluster.node("w1");
    NodeProcess other = cluster.others(first.node(), witness).get(0);
    await("the other member follows")
        .atMost(Cluster.PATIENCE)
        .until(() -> other.knownLeader().equals(first.node().name()));

    first.node().kill();

    cluster.awaitLeader(List.of(other), first.epoch(), afterSilence());
    assertEquals(0, witness.count("elected"));
    assertEquals(503, leaderStatus(witness));
  }

  @Test
  void thePreferredMemberGetsTheRoleBack() {
    Map<String, String> placement = Map.of("--prefer", "main=n3,n2", "--failback", "auto");
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll(placement);
    Reign first = cluster.awaitLeader(List.of(cluster.node("n3")), 0, Cluster.PATIENCE);
    cluster.awaitKnownEverywhere(first);
    first.node().kill();
    Reign second = cluster.awaitLeader(cluster.others(first.node()), first.epoch(), afterSilence());
    assertEquals("n2", second.node().name());

    NodeProcess back = cluster.start("n3", placement);

    Reign third = cluster.awaitLeader(List.of(back), second.epoch(), Cluster.PATIENCE);
    cluster.awaitKnownEverywhere(third);
  }

  /** What the contract allows without proof of death: 1.3 leases and a second. */
  private static Duration afterSilence() {
    return LEASE.multipliedBy(13).dividedBy(10).plusSeconds(1);
  }

  private static int leaderStatus(NodeProcess node) {
    return node.get("/ha/leader?role=main").statusCode();
  }
}

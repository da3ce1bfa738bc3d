package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Links between single members that fail, for good or again and again, and networks that lose. */
@Tag("fault")
@NeedsNetworks
class LinkIT {
  private static final Duration LEASE = Duration.ofSeconds(1);

  /** Long enough that a busy machine does not end a lease by itself. */
  private static final Duration LONG_LEASE = Duration.ofSeconds(3);

  @RegisterExtension final Processes processes = new Processes();

  /** How the link between the leader and a follower fails. */
  enum Break {
    BOTH_WAYS,
    TO_THE_FOLLOWER,
    TO_THE_LEADER;

    Fault between(NodeProcess leader, NodeProcess follower) {
      return switch (this) {
        case BOTH_WAYS -> Fault.link(leader.name(), follower.name());
        case TO_THE_FOLLOWER -> Fault.oneWay(leader.name(), follower.name());
        case TO_THE_LEADER -> Fault.oneWay(follower.name(), leader.name());
      };
    }
  }

  /**
   * The chain {@code leader - b - c}: a quorum still acknowledges, so nothing may change, though c
   * believes the leader lost and can ask b.
   */
  @ParameterizedTest
  @EnumSource
  void aLeaderStaysThoughOneFollowerCannotHearIt(Break broken) {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LONG_LEASE).startAll();
    Reign reign = cluster.awaitPeace();
    NodeProcess follower = cluster.others(reign.node()).get(0);

    network.inject(broken.between(reign.node(), follower));
    Waits.pass(LONG_LEASE.multipliedBy(2));
    network.heal();

    assertEquals(reign, cluster.awaitPeace());
    assertEquals(1, cluster.elections());
  }

  /** The chain {@code a - b - c}, and nobody leads when it comes about. */
  @Test
  void aChainFindsALeader() {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    Reign first = cluster.awaitPeace();
    NodeProcess a = cluster.others(first.node()).get(0);
    NodeProcess c = cluster.others(first.node(), a).get(0);
    network.inject(Fault.link(a.name(), c.name()));

    assertEquals(200, first.node().post("/ha/resign?role=main").statusCode());
    Reign second = cluster.awaitLeader(cluster.nodes(), first.epoch(), Cluster.PATIENCE);
    cluster.nodes().forEach(NodeProcess::kill);
    cluster.startAll();
    Reign third = cluster.awaitLeader(cluster.nodes(), second.epoch(), Cluster.PATIENCE);
    network.heal();

    assertTrue(cluster.awaitPeace().epoch() >= third.epoch());
  }

  /**
   * {@code n1} and {@code n2} on one side with the leader or without it, and three on the other.
   */
  @Test
  void theSideWithThreeOfFiveLeads() {
    Network network = processes.network("n1", "n2", "n3", "n4", "n5");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    Reign first = cluster.awaitPeace();
    var minority = java.util.List.of(first.node(), cluster.others(first.node()).get(0));
    var majority = cluster.others(minority.toArray(new NodeProcess[0]));

    network.inject(
        minority.stream()
            .flatMap(one -> majority.stream().map(two -> Fault.link(one.name(), two.name())))
            .toArray(Fault[]::new));
    Reign second = cluster.awaitLeader(majority, first.epoch(), Cluster.PATIENCE);
    network.heal();

    assertTrue(cluster.awaitPeace().epoch() >= second.epoch());
  }

  @Test
  void aFifthOfAllPacketsIsLost() {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    cluster.awaitPeace();

    network.inject(Fault.loss(20));
    Waits.pass(LEASE.multipliedBy(10));
    cluster.awaitLeader(cluster.nodes(), 0, Cluster.PATIENCE);
    network.heal();

    cluster.awaitPeace();
  }

  /** Up and down in times below and above a lease, so that each finds the protocol elsewhere. */
  @Test
  void aLinkFlaps() {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    cluster.awaitPeace();
    for (int round = 1; round <= 8; round++) {
      NodeProcess victim = cluster.node("n" + (1 + round % 3));
      network.inject(round % 2 == 0 ? Fault.cut(victim.name()) : Fault.deaf(victim.name()));
      Waits.pass(Duration.ofMillis(250L * round));
      network.heal();
      Waits.pass(Duration.ofMillis(150L * round));
    }

    cluster.awaitPeace();
  }
}

package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What looks like the death of a process and is none. A leadership that was released early would
 * show as an overlap of claims: the old leader lives, and claims until its lease ends.
 */
@Tag("fault")
@NeedsNetworks
class FirewallIT {
  /** So long that nobody could lead meanwhile by waiting. */
  private static final Duration LEASE = Duration.ofSeconds(4);

  @RegisterExtension final Processes processes = new Processes();

  /** What the firewall answers to both sides. */
  enum Answer {
    RESET,
    ICMP;

    Fault between(String one, String other) {
      return switch (this) {
        case RESET -> Fault.resets(one, other);
        case ICMP -> Fault.rejects(one, other);
      };
    }
  }

  /**
   *
   *
   * <pre>
   * firewall |       | answers whatever the leader and the others send ..........
   * leader   |=leads=|= its lease, to the end ==| knows that it leads no longer
   * others   |follow |    promises run             | one leads
   * </pre>
   */
  @ParameterizedTest
  @EnumSource
  void aFirewallThatAnswersEndsNoPromise(Answer answer) {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    Reign first = cluster.awaitPeace();
    Waits.pass(LEASE);

    Network.Change change = network.inject(aroundLeader(cluster, first.node(), answer));
    Reign second =
        cluster.awaitLeader(cluster.others(first.node()), first.epoch(), Cluster.PATIENCE);
    // Its lease began with a round that was sent a heartbeat before the fault at the soonest.
    long tookNanos = second.monoNanos() - change.beforeNanos();
    assertTrue(tookNanos > LEASE.dividedBy(2).toNanos(), tookNanos / 1e6 + " ms");
    network.heal();

    assertTrue(cluster.awaitPeace().epoch() >= second.epoch());
    assertTrue(
        cluster.lastClaim(first).beforeNanos() - change.afterNanos() <= LEASE.toNanos(),
        "claimed for longer than a lease");
  }

  /** The connections break and are made anew before the lease ends: nothing changes. */
  @ParameterizedTest
  @EnumSource
  void aFirewallThatAnswersForAMomentChangesNothing(Answer answer) {
    Duration lease = Duration.ofSeconds(10);
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, lease).startAll();
    Reign first = cluster.awaitPeace();
    Waits.pass(Duration.ofSeconds(2));

    network.inject(aroundLeader(cluster, first.node(), answer));
    Waits.pass(Duration.ofSeconds(3));
    network.heal();
    Waits.pass(lease);

    assertEquals(first, cluster.awaitPeace());
    assertEquals(1, cluster.elections());
  }

  private static Fault[] aroundLeader(Cluster cluster, NodeProcess leader, Answer answer) {
    return cluster.others(leader).stream()
        .map(other -> answer.between(leader.name(), other.name()))
        .toArray(Fault[]::new);
  }

  /**
   * The leader's address is a proxy's. It ends all connections in good order, the quiet ones too,
   * as the kernel of a dead process does; but it is still there, so nothing is proved: neither when
   * it lets the next connections through, nor when it ends them without a word.
   */
  @Test
  void aProxyThatEndsConnectionsProvesNothing() {
    Duration lease = Duration.ofSeconds(10);
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, lease);
    Process proxy = network.divert(cluster.address("n1"));
    cluster.startAll();
    if (!cluster.awaitPeace().node().name().equals("n1")) {
      NodeProcess leader = cluster.awaitPeace().node();
      assertEquals(200, leader.post("/ha/handover?role=main&to=n1").statusCode());
    }
    Reign first = cluster.awaitPeace();
    assertEquals("n1", first.node().name());
    long elections = cluster.elections();
    Waits.pass(Duration.ofSeconds(2));

    Network.tell(proxy, "end");
    Waits.pass(Duration.ofSeconds(2));
    Network.tell(proxy, "shut");
    Waits.pass(Duration.ofSeconds(2));
    Network.tell(proxy, "open");
    Waits.pass(lease);

    assertEquals(first, cluster.awaitPeace());
    assertEquals(elections, cluster.elections());
    assertEquals(0, cluster.nodes().stream().mapToLong(node -> node.count("death")).sum());
  }

  /**
   * A follower dies while its last words are lost: the leader keeps connections to nobody. The
   * follower's next life must get through all the same.
   */
  @Test
  void halfOpenConnectionsKeepNobodyOut() {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    Reign first = cluster.awaitPeace();
    NodeProcess victim = cluster.others(first.node()).get(0);

    network.inject(Fault.cut(victim.name()));
    victim.kill();
    cluster.start(victim.name());
    network.heal();

    assertEquals(first, cluster.awaitPeace());
  }

  /** The leader's last words are lost, and then nobody is there to say them: as a lost host. */
  @Test
  void aLeaderThatVanishesIsReplacedWhenItsPromisesHaveRunOut() {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    Reign first = cluster.awaitPeace();

    Network.Change change = network.inject(Fault.cut(first.node().name()));
    first.node().kill();
    List<NodeProcess> others = cluster.others(first.node());
    Reign second = cluster.awaitLeader(others, first.epoch(), Cluster.PATIENCE);
    long tookNanos = second.monoNanos() - change.beforeNanos();
    assertTrue(tookNanos > LEASE.dividedBy(2).toNanos(), tookNanos / 1e6 + " ms");
    cluster.start(first.node().name());
    network.heal();

    assertEquals(second, cluster.awaitPeace());
  }

  /** Every process is stopped or killed while the network is cut too. */
  @Test
  void freezesKillsAndCutsAtOnce() {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, Duration.ofSeconds(1)).startAll();
    Reign first = cluster.awaitPeace();
    NodeProcess frozen = first.node();
    NodeProcess cut = cluster.others(frozen).get(0);

    frozen.signal("STOP");
    Reign second = cluster.awaitLeader(cluster.others(frozen), first.epoch(), Cluster.PATIENCE);
    network.inject(Fault.cut(cut.name()));
    frozen.signal("CONT");
    Reign third = cluster.awaitLeader(cluster.others(cut), first.epoch(), Cluster.PATIENCE);
    third.node().kill();
    network.heal();
    cluster.start(third.node().name());

    assertTrue(cluster.awaitPeace().epoch() >= second.epoch());
    cluster.nodes().forEach(NodeProcess::kill);
    network.inject(Fault.cut(cut.name()));
    cluster.startAll();
    Reign last = cluster.awaitLeader(cluster.others(cluster.node(cut.name())), 0, Cluster.PATIENCE);
    network.heal();

    assertTrue(cluster.awaitPeace().epoch() >= last.epoch());
  }
}

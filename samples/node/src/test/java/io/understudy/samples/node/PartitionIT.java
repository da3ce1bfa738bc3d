package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one member's network can do to it and to the others, on real sockets. */
@Tag("fault")
@NeedsNetworks
class PartitionIT {
  private static final Duration LEASE = Duration.ofSeconds(1);

  /** Long enough that a busy machine does not end a lease by itself. */
  private static final Duration LONG_LEASE = Duration.ofSeconds(3);

  @RegisterExtension final Processes processes = new Processes();

  /** How a member is separated. */
  enum Separation {
    CUT,
    DEAF,
    MUTE;

    Fault of(NodeProcess node) {
      return switch (this) {
        case CUT -> Fault.cut(node.name());
        case DEAF -> Fault.deaf(node.name());
        case MUTE -> Fault.mute(node.name());
      };
    }
  }

  /**
   *
   *
   * <pre>
   * leader    |========================= leads in one epoch ==========================|
   * follower  | follows |... separated, its promise and a lease run out ...| follows
   * </pre>
   */
  @ParameterizedTest
  @EnumSource
  void aSeparatedFollowerDisturbsNobody(Separation separation) {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LONG_LEASE).startAll();
    Reign reign = cluster.awaitPeace();
    NodeProcess victim = cluster.others(reign.node()).get(0);

    network.inject(separation.of(victim));
    if (separation != Separation.MUTE) {
      awaitNoLeaderKnown(victim);
    }
    Waits.pass(LONG_LEASE.multipliedBy(2));
    network.heal();

    assertEquals(reign, cluster.awaitPeace());
    assertEquals(1, cluster.elections());
    Waits.pass(LONG_LEASE);
    assertEquals(reign, cluster.awaitPeace());
  }

  /**
   *
   *
   * <pre>
   * leader  |== leads ==|cut ==|its lease ends   .........|healed, follows
   * others  |  follow   | promises run  | one leads in a higher epoch
   * </pre>
   */
  @ParameterizedTest
  @EnumSource
  void aSeparatedLeaderIsReplacedAndClaimsNothingAfterItsLease(Separation separation) {
    Network network = processes.network("n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    Reign first = cluster.awaitPeace();

    Network.Change cut = network.inject(separation.of(first.node()));
    Reign second =
        cluster.awaitLeader(cluster.others(first.node()), first.epoch(), Cluster.PATIENCE);
    await("revoked")
        .atMost(Cluster.PATIENCE)
        .until(() -> first.node().leadership(), Optional::isEmpty);
    assertEquals(503, first.node().get("/ha/leader?role=main").statusCode());
    network.heal();

    Reign last = cluster.awaitPeace();
    assertTrue(last.epoch() >= second.epoch(), last + " after " + second);
    // No round that it sent after the cut was acknowledged, so no lease runs for longer.
    long claimedNanos = cluster.lastClaim(first).beforeNanos() - cut.afterNanos();
    assertTrue(
        claimedNanos <= LEASE.toNanos(), "claimed for " + claimedNanos / 1e6 + " ms after the cut");
  }

  private static void awaitNoLeaderKnown(NodeProcess victim) {
    await(victim + " knows no leader")
        .atMost(Cluster.PATIENCE)
        .until(() -> victim.knownLeader().equals("null"));
  }
}

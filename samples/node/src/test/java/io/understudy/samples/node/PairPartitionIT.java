package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two members that lose each other's network, but not the way to end each other. */
@Tag("fault")
@NeedsNetworks
class PairPartitionIT {
  private static final Duration LEASE = Duration.ofSeconds(3);

  @RegisterExtension final Processes processes = new Processes();

  /**
   *
   *
   * <pre>
   * leader    |== leads ==|cut, fences in time ===================================|healed ==|
   * follower  |  follows  |cut .... ended      | restarted: has not met, fences nobody | follows
   * </pre>
   */
  @ParameterizedTest
  @EnumSource
  void theLeaderGoesOnAndARestartedMemberFencesNobody(PartitionIT.Separation separation) {
    Network network = processes.network("n1", "n2");
    Cluster cluster = processes.clusterIn(network, LEASE);
    Pair pair = new Pair(cluster).startAll();
    Reign reign = cluster.awaitPeace();
    NodeProcess other = pair.otherThan(reign.node());

    network.inject(separation.of(other));
    await("fenced").atMost(Cluster.PATIENCE).until(() -> !other.isAlive());
    NodeProcess again = pair.start(other.name());
    Waits.pass(LEASE.multipliedBy(3));
    assertTrue(reign.node().isAlive(), "a member that had not met its peer ended it");
    assertTrue(again.isAlive() || separation != PartitionIT.Separation.CUT);
    assertEquals(0, again.count("elected"));
    network.heal();
    if (!again.isAlive()) {
      pair.start(other.name());
    }

    assertEquals(reign, cluster.awaitPeace());
    assertEquals(1, cluster.elections());
  }
}

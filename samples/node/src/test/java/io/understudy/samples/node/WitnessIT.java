package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two members and a witness process: each of the three ends in turn, and the other two go on. */
class WitnessIT {
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final Duration FAILOVER = LEASE.multipliedBy(13).dividedBy(10).plusSeconds(2);

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void eachOfTheThreeMayFail() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "w1:witness").startAll();
    Reign reign = cluster.awaitPeace();

    for (int turn = 0; turn < 2; turn++) {
      NodeProcess leader = reign.node();
      leader.kill();
      reign = cluster.awaitLeader(cluster.others(leader), reign.epoch(), FAILOVER);
      cluster.start(leader.name());
      assertEquals(reign.epoch(), cluster.awaitPeace().epoch());
    }
    NodeProcess follower = cluster.others(reign.node(), cluster.node("w1")).get(0);
    follower.kill();
    staysForThreeLeases(reign);
    cluster.start(follower.name());
    assertEquals(reign.epoch(), cluster.awaitPeace().epoch());
    cluster.node("w1").kill();
    staysForThreeLeases(reign);
    cluster.start("w1");
    assertEquals(reign.epoch(), cluster.awaitPeace().epoch());

    assertEquals(0, cluster.node("w1").count("elected"));
    assertEquals(List.of(), cluster.claims().violations());
    assertEquals(List.of(), cluster.brokenRules());
  }

  private static void staysForThreeLeases(Reign reign) {
    long sinceNanos = System.nanoTime();
    Awaitility.await("three leases")
        .atMost(Cluster.PATIENCE)
        .until(() -> System.nanoTime() - sinceNanos > LEASE.multipliedBy(3).toNanos());
    assertEquals(reign.epoch(), reign.node().leadership().map(e -> e.number("epoch")).orElse(-1L));
  }
}

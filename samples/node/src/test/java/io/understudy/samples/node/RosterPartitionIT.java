package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The roster changes while a member is cut off. */
@Tag("fault")
@NeedsNetworks
class RosterPartitionIT {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final String ALL = "n1:1 n2:1 n3:1 n4:1";

  @RegisterExtension final Processes processes = new Processes();

  /**
   *
   *
   * <pre>
   * keeper  | cut off, asked: waits, writes nothing     | healed: the change is made
   * others  | elect another keeper, know of no change   |
   * </pre>
   */
  @Test
  void aChangeAskedOfAMinorityWaitsForTheNetworkToHeal() {
    Network network = processes.network("n1", "n2", "n3", "n4");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    cluster.awaitPeace();
    NodeProcess keeper = Rosters.awaitKeeper(cluster, cluster.node("n1"));
    List<NodeProcess> others = cluster.others(keeper);
    NodeProcess leaving = others.get(0);
    long version = Rosters.version(keeper);

    network.inject(Fault.cut(keeper.name()));
    await("the cut is felt")
        .atMost(Cluster.PATIENCE)
        .until(() -> Boolean.FALSE.equals(keeper.status().get("quorum")));
    assertEquals(504, keeper.post("/ha/roster?remove=" + leaving.name()).statusCode());

    assertEquals(version, Rosters.version(keeper));
    assertTrue(Rosters.change(keeper).contains("without " + leaving.name()));
    for (NodeProcess node : others) {
      assertEquals(ALL, Rosters.of(node));
    }
    network.heal();
    Rosters.change(keeper, "remove=" + leaving.name());
    List<NodeProcess> staying = cluster.others(leaving);
    Rosters.awaitEverywhere(staying, allBut(leaving));
    cluster.awaitPeace(staying);
  }

  /**
   *
   *
   * <pre>
   * member  | cut off, leads           | its lease ends  | healed: learns that it is out
   * others  | remove it, elect another |
   * </pre>
   */
  @Test
  void aLeaderThatIsCutOffIsRemovedAndLearnsOfItAfterwards() {
    Network network = processes.network("n1", "n2", "n3", "n4");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    Reign first = cluster.awaitPeace();
    NodeProcess lost = first.node();
    List<NodeProcess> others = cluster.others(lost);

    network.inject(Fault.cut(lost.name()));
    Rosters.change(others.get(0), "remove=" + lost.name());
    Rosters.awaitEverywhere(others, allBut(lost));
    Reign second = cluster.awaitLeader(others, first.epoch(), Cluster.PATIENCE);
    assertEquals(ALL, Rosters.of(lost));
    network.heal();

    Rosters.awaitEverywhere(List.of(lost), allBut(lost));
    Waits.pass(LEASE.multipliedBy(2));
    assertEquals(second, cluster.awaitPeace(others));
    assertEquals(1, lost.count("elected"));
  }

  private static String allBut(NodeProcess member) {
    return List.of(ALL.split(" ", -1)).stream()
        .filter(entry -> !entry.startsWith(member.name() + ":"))
        .collect(Collectors.joining(" "));
  }
}

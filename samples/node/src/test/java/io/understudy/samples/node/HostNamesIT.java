package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Members that name each other by a host name which resolves to loopback. */
@Tag("fault")
class HostNamesIT {
  private static final Duration LEASE = Duration.ofSeconds(2);

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void failureDetectionSeesAKilledMember() {
    Cluster cluster = processes.clusterAt("localhost", LEASE, "n1", "n2", "n3").startAll();
    Reign first = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(first);
    await("all see all")
        .atMost(Duration.ofSeconds(10))
        .until(() -> cluster.nodes().stream().allMatch(node -> sees(node, 3)));

    first.node().kill();

    List<NodeProcess> survivors = cluster.others(first.node());
    await("a view without the killed member")
        .atMost(Duration.ofSeconds(1))
        .until(() -> survivors.stream().allMatch(node -> sees(node, 2)));
    cluster.awaitLeader(survivors, first.epoch(), LEASE.multipliedBy(2));
  }

  private static boolean sees(NodeProcess node, int members) {
    return node.last(e -> e.is("view"))
        .filter(
            view -> view.fields().get("members") instanceof List<?> seen && seen.size() == members)
        .isPresent();
  }
}

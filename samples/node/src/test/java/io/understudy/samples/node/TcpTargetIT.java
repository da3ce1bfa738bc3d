package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Each member must reach a TCP port of its own to lead. That of the preferred one is lost and comes
 * back, and the role goes and, if the rules say so, comes back with it.
 */
@Tag("fault")
class TcpTargetIT {
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final String PREFERRED = "n1";

  @RegisterExtension final Processes processes = new Processes();

  private final Map<String, TargetPort> targets = new LinkedHashMap<>();
  private Cluster cluster;

  @AfterEach
  void close() {
    targets.values().forEach(TargetPort::close);
  }

  private Reign start(String failback) {
    cluster = processes.cluster(LEASE, PREFERRED, "n2", "n3");
    for (String name : List.of(PREFERRED, "n2", "n3")) {
      TargetPort target = new TargetPort();
      targets.put(name, target);
      cluster.start(
          name,
          Map.of(
              "--connectivity",
              target.option(),
              "--dampening",
              "500ms",
              "--prefer",
              "main=" + PREFERRED,
              "--failback",
              failback));
    }
    Reign first = cluster.awaitPeace();
    if (!first.node().name().equals(PREFERRED)) { // it was the last to come up
      first.node().post("/ha/handover?role=main&to=" + PREFERRED);
      return awaitLeads(cluster.node(PREFERRED), first);
    }
    return first;
  }

  private Reign awaitLeads(NodeProcess node, Reign before) {
    return cluster.awaitLeader(List.of(node), before.epoch(), Cluster.PATIENCE);
  }

  private Reign awaitMovedFrom(Reign reign) {
    return cluster.awaitLeader(cluster.others(reign.node()), reign.epoch(), Cluster.PATIENCE);
  }

  /** What a member last said of what it reaches. */
  private static Optional<Event> connectivity(NodeProcess node) {
    return node.last(e -> e.is("connectivity"));
  }

  private static void awaitEnough(NodeProcess node, boolean enough) {
    await(node + " reaches " + (enough ? "enough" : "too little"))
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                connectivity(node)
                    .filter(e -> e.text("enough").equals(Boolean.toString(enough)))
                    .isPresent());
  }

  private void assertMovesAndComesBack(Reign first, Runnable loss, String detail) {
    loss.run();
    awaitEnough(first.node(), false);
    Event lost = connectivity(first.node()).orElseThrow();
    assertTrue(lost.text("detail").contains(detail), lost.text("detail"));
    assertEquals(0, lost.number("reached"));
    assertEquals(1, lost.number("needed"));
    Reign between = awaitMovedFrom(first);

    targets.get(PREFERRED).open();

    awaitEnough(first.node(), true);
    Reign back = awaitLeads(first.node(), between);
    assertEquals(back, cluster.awaitPeace());
  }

  @Test
  void aTargetThatRefusesMovesTheRoleUntilItAcceptsAgain() {
    Reign first = start("auto");
    assertMovesAndComesBack(first, targets.get(PREFERRED)::refuse, "refused");
  }

  @Test
  void aTargetThatKeepsSilentMovesTheRoleUntilItAcceptsAgain() {
    Reign first = start("auto");
    assertMovesAndComesBack(first, targets.get(PREFERRED)::keepSilent, "does not answer within");
  }

  @Test
  void withoutFailBackTheRoleStaysWhereItWent() {
    Reign first = start("never");
    targets.get(PREFERRED).refuse();
    Reign between = awaitMovedFrom(first);

    targets.get(PREFERRED).open();

    awaitEnough(first.node(), true);
    await("stays")
        .during(LEASE.multipliedBy(4))
        .atMost(Cluster.PATIENCE)
        .until(() -> cluster.leader(cluster.nodes(), 0).equals(Optional.of(between)));
  }
}

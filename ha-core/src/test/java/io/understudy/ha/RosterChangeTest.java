package io.understudy.ha;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster grows and shrinks while it runs, over real sockets. */
class RosterChangeTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;

  private final List<Integer> ports = new ArrayList<>();
  private final List<HaNode> nodes = new ArrayList<>();

  @AfterEach
  void close() {
    nodes.forEach(HaNode::close);
  }

  @Test
  void aMemberJoinsTheLeaderLeavesAndWhoWasAwayLearnsOfIt() throws Exception {
    ports.addAll(FreePorts.of(4));
    for (String name : List.of("n0", "n1", "n2")) {
      start(name, "n0,n1,n2");
    }
    HaNode leader = awaitLeader();
    long epoch = leader.role("main").orElseThrow().leadership().orElseThrow().epoch();

    var added = nodes.get(0).roster().add(RosterMember.parse("n3")).toCompletableFuture();
    await().atMost(LONG).until(() -> votes(nodes.get(0), "n3").isPresent());
    HaNode joiner = start("n3", "n0,n1,n2,n3");
    added.get(LONG.toSeconds(), TimeUnit.SECONDS);
    await().atMost(LONG).until(() -> votes(joiner, "n3").equals(Optional.of(1)));

    HaNode away = nodes.stream().filter(n -> n != leader && n != joiner).findFirst().orElseThrow();
    nodes.remove(away);
    away.close();
    HaNode asked = nodes.stream().filter(n -> n != leader).findFirst().orElseThrow();
    asked
        .roster()
        .remove(leader.member())
        .toCompletableFuture()
        .get(LONG.toSeconds(), TimeUnit.SECONDS);
    await().atMost(LONG).until(() -> !leader.role("main").orElseThrow().isLeader());
    HaNode back = start(away.member().value(), "n0,n1,n2");
    await().atMost(LONG).until(() -> votes(back, leader.member().value()).isEmpty());
    HaNode next = awaitLeader();
    assertTrue(next.role("main").orElseThrow().leadership().orElseThrow().epoch() > epoch);
    assertEquals(Optional.of(1), votes(next, "n3"));
  }

  private static Optional<Integer> votes(HaNode node, String member) {
    return node.status().members().stream()
        .filter(entry -> entry.member().value().equals(member))
        .map(NodeStatus.MemberStatus::votes)
        .findFirst();
  }

  private HaNode start(String name, String roster) {
    HaNodeBuilder builder =
        HaNode.builder()
            .cluster("test")
            .member(name)
            .roster(roster)
            .bind("127.0.0.1:" + ports.get(Integer.parseInt(name.substring(1))))
            .state(directory.resolve(name))
            .secret(Secret.of("the members share this secret"))
            .timing(Timing.ofLease(Duration.ofSeconds(1)))
            .role(RoleSpec.named("main"));
    ports.forEach(port -> builder.peers("127.0.0.1:" + port));
    HaNode node = builder.start();
    nodes.add(node);
    return node;
  }

  private HaNode awaitLeader() {
    return await()
        .atMost(LONG)
        .until(
            () -> nodes.stream().filter(n -> n.role("main").orElseThrow().isLeader()).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }
}

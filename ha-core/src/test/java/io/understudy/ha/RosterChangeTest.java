package io.understudy.ha;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.spi.CommandFenceHook;
import io.understudy.ha.spi.FenceHook;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

  @Test
  void twoMembersAreLeftAloneOnlyIfTheyCanFenceEachOther() throws Exception {
    ports.addAll(FreePorts.of(3));
    for (String name : List.of("n0", "n1", "n2")) {
      start(name, "n0,n1,n2");
    }
    awaitLeader();
    for (HaNode node : List.copyOf(nodes)) {
      OperationRefusedException refusal = refusalOf(node.roster().remove(MemberId.of("n2")));
      assertEquals(OperationRefusedException.Cause.NO_THIRD_VOTE, refusal.refusal());
      assertTrue(refusal.getMessage().contains("[n0, n1], and no third vote"), refusal::toString);
    }
    assertEquals(1, nodes.get(0).status().rosterVersion());
    nodes.forEach(HaNode::close);
    nodes.clear();

    for (String name : List.of("n0", "n1", "n2")) {
      start(name, "n0,n1,n2", RosterChangeTest::fence);
    }
    awaitLeader();
    nodes
        .get(0)
        .roster()
        .remove(MemberId.of("n2"))
        .toCompletableFuture()
        .get(LONG.toSeconds(), TimeUnit.SECONDS);
    assertEquals(List.of(), nodes.get(0).status().warnings());
    nodes.remove(1).close();
    HaNode withoutHook = start("n1", "n0,n1,n2");
    await("nobody could refuse this configuration, so it is told")
        .atMost(LONG)
        .until(() -> withoutHook.status().warnings().toString().contains("no third vote"));
  }

  /** A command that never succeeds, and is never needed. */
  private static void fence(HaNodeBuilder builder) {
    builder.fence(CommandFenceHook.running("false").exitZeroConfirms(FenceHook.Scope.PROCESS));
  }

  private static OperationRefusedException refusalOf(CompletionStage<Void> change) {
    ExecutionException failure =
        assertThrows(
            ExecutionException.class,
            () -> change.toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS));
    return assertInstanceOf(OperationRefusedException.class, failure.getCause());
  }

  private static Optional<Integer> votes(HaNode node, String member) {
    return node.status().members().stream()
        .filter(entry -> entry.member().value().equals(member))
        .map(NodeStatus.MemberStatus::votes)
        .findFirst();
  }

  private HaNode start(String name, String roster) {
    return start(name, roster, builder -> {});
  }

  private HaNode start(String name, String roster, Consumer<HaNodeBuilder> more) {
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
    HaNode node = builder.with(more).start();
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

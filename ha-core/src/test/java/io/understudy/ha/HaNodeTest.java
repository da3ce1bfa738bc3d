package io.understudy.ha;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.spi.CommandFenceHook;
import io.understudy.ha.spi.FenceHook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The public API over real sockets: three nodes of one JVM on the loopback interface. */
class HaNodeTest {
  private static final Secret SECRET = Secret.of("three nodes share this secret");

  @TempDir Path directory;

  private final List<HaNode> nodes = new ArrayList<>();

  @AfterEach
  void close() {
    nodes.forEach(HaNode::close);
  }

  @Test
  void threeNodesElectOneLeaderAndReplaceItWhenItCloses() throws IOException {
    List<Integer> ports = FreePorts.of(3);
    foundThree(ports);
    HaNode first = awaitLeader();
    long epoch = leaderRole(first).leadership().orElseThrow().epoch();
    first.close();
    nodes.remove(first);
    HaNode second = awaitLeader();
    assertTrue(leaderRole(second).leadership().orElseThrow().epoch() > epoch);
  }

  @Test
  void anotherSecretIsRefusedAndDisturbsNobody() throws IOException {
    List<Integer> ports = FreePorts.of(3);
    foundThree(ports);
    nodes.remove(2).close();
    HaNode leader = awaitLeader();
    HaNode stranger =
        builder(2, ports).secret(Secret.of("quite another secret than theirs")).start();
    nodes.add(stranger);
    List<HaEvent> events = new CopyOnWriteArrayList<>();
    stranger.subscribe(events::add);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> events.stream().anyMatch(HaEvent.Refused.class::isInstance));
    assertTrue(leaderRole(leader).isLeader());
  }

  @Test
  void otherTimeValuesAreRefusedWithBothValues() throws IOException {
    List<Integer> ports = FreePorts.of(3);
    foundThree(ports);
    nodes.remove(2).close();
    HaNode newcomer = builder(2, ports).timing(Timing.ofLease(Duration.ofSeconds(7))).start();
    nodes.add(newcomer);
    List<HaEvent> events = new CopyOnWriteArrayList<>();
    newcomer.subscribe(events::add);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                events.stream()
                    .anyMatch(
                        e ->
                            e instanceof HaEvent.Refused refused
                                && refused.reason().contains("7000")
                                && refused.reason().contains("1000")));
  }

  @Test
  void aDamagedStateFileIsRefusedAndLeftAlone() throws IOException {
    List<Integer> ports = FreePorts.of(1);
    try (HaNode node = single(ports).start()) {
      await().until(() -> leaderRole(node).isLeader());
    }
    Path file = directory.resolve("n0").resolve("member.state");
    byte[] content = Files.readAllBytes(file);
    content[content.length - 1] ^= 1;
    Files.write(file, content);
    HaConfigurationException refusal =
        assertThrows(HaConfigurationException.class, () -> single(ports).start());
    assertTrue(String.valueOf(refusal.getMessage()).contains("checksum"), refusal::getMessage);
    assertEquals(content.length, Files.size(file));
  }

  @Test
  void everyFaultOfAConfigurationIsReportedAtOnce() {
    HaConfigurationException refusal =
        assertThrows(
            HaConfigurationException.class,
            () ->
                HaNode.builder()
                    .member("n 1")
                    .roster("n1,n1,n2:arbiter")
                    .bind("localhost")
                    .timing(Timing.ofLease(Duration.ofMillis(5)))
                    .start());
    assertEquals(9, refusal.faults().size(), () -> String.join("\n", refusal.faults()));
  }

  @Test
  void rulesThatCannotAllBeKeptAreAFaultOfTheConfigurationAndNothingIsOpened() throws IOException {
    HaNodeBuilder circle =
        single(FreePorts.of(1))
            .role(RoleSpec.named("a").placed(Placement.anywhere().with("b")))
            .role(RoleSpec.named("b").placed(Placement.anywhere().with("a")));

    HaConfigurationException refusal = assertThrows(HaConfigurationException.class, circle::start);

    assertTrue(String.valueOf(refusal.getMessage()).contains("circle"), refusal::getMessage);
    assertFalse(Files.exists(directory.resolve("n0")));
  }

  @Test
  void twoMembersNeedAThirdVoteOrAFenceOfTheWholeProcess() throws IOException {
    List<Integer> ports = FreePorts.of(2);
    CommandFenceHook hook = CommandFenceHook.running("true");

    assertRefused("a witness JVM", builder(0, ports));
    assertRefused(
        "of scope RESOURCE",
        builder(0, ports).fence(hook.exitZeroConfirms(FenceHook.Scope.RESOURCE)));

    FenceHook endsProcesses = hook.exitZeroConfirms(FenceHook.Scope.PROCESS);
    assertRefused(
        "fence limit is 5 ms", builder(0, ports).fence(endsProcesses, Duration.ofMillis(5)));
    try (HaNode node = builder(0, ports).fence(endsProcesses).start()) {
      assertThrows(OperationRefusedException.class, () -> node.confirmFenced(MemberId.of("n0")));
      assertThrows(OperationRefusedException.class, () -> node.confirmFenced(MemberId.of("n7")));
    }
  }

  @Test
  void moreRolesThanAClusterCanHaveAreRefused() throws IOException {
    HaNodeBuilder many = single(FreePorts.of(1));
    for (int role = 1; role < 2_000; role++) {
      many.role(RoleSpec.named("r" + role));
    }
    assertRefused("2000 roles are declared; a cluster can have 1023", many);

    try (HaNode node = single(FreePorts.of(1)).start()) {
      for (int role = 1; role < HaNode.MAX_ROLES; role++) {
        node.declare(RoleSpec.named("r" + role));
      }
      IllegalStateException refusal =
          assertThrows(IllegalStateException.class, () -> node.declare(RoleSpec.named("one-more")));
      assertTrue(refusal.getMessage().contains("has declared 1023"), refusal::getMessage);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  node.status().roles().stream().allMatch(NodeStatus.RoleStatus::leading)
                      && node.status().roles().size() == HaNode.MAX_ROLES);
    }
  }

  private static void assertRefused(String reason, HaNodeBuilder builder) {
    HaConfigurationException refusal = assertThrows(HaConfigurationException.class, builder::start);
    assertEquals(1, refusal.faults().size(), () -> String.join("\n", refusal.faults()));
    assertTrue(refusal.faults().get(0).contains(reason), refusal::getMessage);
  }

  private HaNodeBuilder single(List<Integer> ports) {
    return HaNode.builder()
        .cluster("test")
        .member("n0")
        .roster("n0")
        .bind("127.0.0.1:" + ports.get(0))
        .peers("127.0.0.1:" + ports.get(0))
        .state(directory.resolve("n0"))
        .secret(SECRET)
        .role(RoleSpec.named("main"));
  }

  private HaNodeBuilder builder(int index, List<Integer> ports) {
    HaNodeBuilder builder =
        HaNode.builder()
            .cluster("test")
            .member("n" + index)
            .roster("n0,n1")
            .bind("127.0.0.1:" + ports.get(index))
            .state(directory.resolve("n" + index))
            .secret(SECRET)
            .timing(Timing.ofLease(Duration.ofSeconds(1)))
            .role(RoleSpec.named("main"));
    if (ports.size() == 3) {
      builder.roster("n2");
    }
    ports.forEach(port -> builder.peers("127.0.0.1:" + port));
    return builder;
  }

  /** A cluster's first start needs every member of the roster once. */
  private void foundThree(List<Integer> ports) {
    for (int i = 0; i < 3; i++) {
      nodes.add(builder(i, ports).start());
    }
    awaitLeader();
  }

  private HaNode awaitLeader() {
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> nodes.stream().anyMatch(n -> leaderRole(n).isLeader()));
    return nodes.stream().filter(n -> leaderRole(n).isLeader()).findFirst().orElseThrow();
  }

  private static Role leaderRole(HaNode node) {
    return node.role("main").orElseThrow();
  }
}

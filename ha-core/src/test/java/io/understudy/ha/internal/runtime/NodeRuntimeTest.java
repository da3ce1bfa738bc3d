package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RoleListener;
import io.understudy.ha.RoleSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Whole nodes with real threads, clocks and files; only the network is in memory. */
@Execution(ExecutionMode.CONCURRENT) // whole nodes in memory, which mostly wait
class NodeRuntimeTest extends WholeNodes {
  private final List<String> told = new CopyOnWriteArrayList<>();

  @Test
  void threeNodesElectOneAndTheNextTakesOverWithAHigherEpoch() {
    startAll();
    String first = awaitLeader();
    long epoch = leadership(first).epoch();
    nodes.remove(first).close();
    String second = awaitLeader();
    assertNotEquals(first, second);
    assertTrue(leadership(second).epoch() > epoch);
    assertTrue(
        told.indexOf("elected " + first) < told.indexOf("revoked " + first + " CLOSED"),
        told::toString);
  }

  @Test
  void anIsolatedLeaderIsRevokedAndRejoinsWhenHealed() {
    startAll();
    String first = awaitLeader();
    network.isolate(MemberId.of(first));
    await().until(() -> !role(first).isLeader());
    await().until(() -> told.contains("revoked " + first + " LEASE_EXPIRED"));
    String second = awaitLeader();
    assertNotEquals(first, second);
    network.heal();
    await()
        .until(
            () ->
                role(first)
                        .leader()
                        .map(LeaderInfo::member)
                        .equals(Optional.of(MemberId.of(second)))
                    && nodes.get(first).hasQuorum());
  }

  @Test
  void aHandOverGoesToTheNamedMemberAndIsRefusedForAnybodyElse() {
    startAll();
    nodes.get("n3").standby(true);
    String first = awaitLeader();
    assertRefused(first, "nobody", OperationRefusedException.Cause.UNKNOWN_MEMBER);
    assertRefused(first, "n3", OperationRefusedException.Cause.INELIGIBLE);
    String successor = first.equals("n1") ? "n2" : "n1";
    LeaderInfo seen =
        await()
            .ignoreExceptions() // refused until the successor has acknowledged a heartbeat
            .until(
                () -> role(first).handOver(MemberId.of(successor)).toCompletableFuture().join(),
                info -> true);
    assertEquals(MemberId.of(successor), seen.member());
    await().until(() -> role(successor).isLeader());
    assertFalse(role(first).isLeader());
  }

  @Test
  void aRegisterValueReachesEverybodySettlesAndOutlivesItsWriter() {
    startAll();
    String first = awaitLeader();
    Leadership leadership = leadership(first);
    RegisterVersion version = write(first, leadership, "db-01");
    role(first).register().settled(leadership, version).toCompletableFuture().join();
    nodes
        .keySet()
        .forEach(
            n ->
                await()
                    .until(
                        () ->
                            role(n).register().view().isPermitted()
                                && role(n).register().view().value().asText().equals("db-01")));
    nodes.remove(first).close();
    String second = awaitLeader();
    assertEquals("db-01", role(second).register().view().value().asText());
    assertTrue(role(second).register().view().value().version().isNewerThan(version));
  }

  @Test
  void aValueSettlesThoughAFollowerDied() {
    startAll();
    String first = awaitLeader();
    Leadership leadership = leadership(first);
    write(first, leadership, "one");
    network.isolate(MemberId.of(others(first).get(0)));
    RegisterVersion version = write(first, leadership, "two");
    RegisterVersion settled =
        role(first)
            .register()
            .settled(leadership, version)
            .toCompletableFuture()
            .orTimeout(10, TimeUnit.SECONDS)
            .join();
    assertEquals(version, settled);
  }

  @Test
  void whatDependsOnAnAnswerRunsOffTheElectionThread() {
    startAll();
    String first = awaitLeader();
    String thread =
        role(first)
            .register()
            .write(leadership(first), new byte[] {1})
            .thenApply(version -> Thread.currentThread().getName())
            .toCompletableFuture()
            .join();
    assertNotEquals("ha-" + first, thread);
  }

  @Test
  void aMemberThatCannotStoreItsStateStopsLeadingAndComesBack() throws IOException {
    startAll();
    String first = awaitLeader();
    Path state = directory.resolve(first);
    Path aside = directory.resolve("aside");
    Files.move(state, aside);
    role(first).register().write(leadership(first), new byte[] {1});
    await().until(() -> !nodes.get(first).status().inService());
    await().until(() -> told.contains("revoked " + first + " INELIGIBLE"));
    assertNotEquals(first, awaitLeader());
    Files.move(aside, state);
    await().until(() -> nodes.get(first).status().inService());
    await().until(() -> nodes.get(first).status().roles().get(0).waiting().isEmpty());
  }

  @Test
  void epochsGrowWhenTheWholeClusterRestarts() {
    startAll();
    long before = leadership(awaitLeader()).epoch();
    new ArrayList<>(nodes.keySet()).forEach(n -> nodes.remove(n).close());
    startAll();
    assertTrue(leadership(awaitLeader()).epoch() > before);
  }

  @Test
  void aListenerThatThrowsOrIsSlowHoldsUpNobody() throws InterruptedException {
    RoleListener bad =
        new RoleListener() {
          @Override
          public void elected(Leadership leadership) {
            throw new IllegalStateException("the application failed");
          }

          @Override
          public void revoked(Leadership leadership, RevokeReason reason) {}
        };
    HaNode single = start("n1", List.of("n1"), RoleSpec.named(ROLE).listening(bad));
    List<HaEvent> events = new CopyOnWriteArrayList<>();
    single.subscribe(events::add);
    await().until(() -> role("n1").isLeader());
    role("n1").resign().toCompletableFuture().join();
    await().until(() -> role("n1").isLeader());
    await().until(() -> events.stream().anyMatch(HaEvent.Revoked.class::isInstance));
  }

  private RegisterVersion write(String node, Leadership leadership, String text) {
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    return role(node).register().write(leadership, value).toCompletableFuture().join();
  }

  private void startAll() {
    for (String name : THREE) {
      start(name, THREE, RoleSpec.named(ROLE).listening(recorder(name)));
    }
  }

  private RoleListener recorder(String name) {
    return new RoleListener() {
      @Override
      public void elected(Leadership leadership) {
        told.add("elected " + name);
      }

      @Override
      public void revoked(Leadership leadership, RevokeReason reason) {
        told.add("revoked " + name + " " + reason);
      }
    };
  }

  private void assertRefused(
      String leader, String successor, OperationRefusedException.Cause cause) {
    Throwable failure =
        role(leader)
            .handOver(MemberId.of(successor))
            .toCompletableFuture()
            .handle((info, e) -> e)
            .join();
    Throwable reason = assertInstanceOf(CompletionException.class, failure).getCause();
    assertEquals(cause, assertInstanceOf(OperationRefusedException.class, reason).refusal());
  }

  private List<String> others(String name) {
    return nodes.keySet().stream().filter(n -> !n.equals(name)).toList();
  }

  private Leadership leadership(String node) {
    return role(node).leadership().orElseThrow();
  }
}

package io.understudy.ha;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaEvent.ResourceChanged;
import io.understudy.ha.HaEvent.ResourceState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The resources of a role at a node that runs; what ends a process is tried on real ones. */
class GroupRuntimeTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path directory;

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<HaEvent> events = new CopyOnWriteArrayList<>();
  private HaNode node;

  @AfterEach
  void close() {
    node.close();
  }

  /** Writes down what is done to it, and fails as it is told. */
  private final class Part implements Resource {
    private final String name;
    private volatile boolean broken;

    Part(String name) {
      this.name = name;
    }

    @Override
    public void start(Leadership leadership) throws IOException {
      assertTrue(leadership.isValid());
      calls.add("start " + name + " " + leadership.epoch());
      if (broken) {
        throw new IOException("no " + name);
      }
    }

    @Override
    public void stop() {
      calls.add("stop " + name);
      broken = false;
    }

    @Override
    public void check() throws IOException {
      if (broken) {
        throw new IOException(name + " is broken");
      }
    }
  }

  private Role start(ResourceGroup group) {
    node = GroupNode.start(directory, events::add, RoleSpec.named("main").running(group));
    return node.role("main").orElseThrow();
  }

  private static ResourceGroup quick(ResourceGroup group) {
    return group
        .checkingEvery(Duration.ofMillis(20))
        .within(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5))
        .restarting(1, Duration.ofMinutes(10));
  }

  private void awaitCalls(String... expected) {
    await().atMost(LONG).until(() -> calls.equals(List.of(expected)));
  }

  private boolean happened(String resource, ResourceState state) {
    return events.stream()
        .anyMatch(
            e ->
                e instanceof ResourceChanged changed
                    && changed.resource().equals(resource)
                    && changed.state() == state);
  }

  @Test
  void startsInOrderAndStopsInReverseWhenTheNodeIsClosed() {
    start(ResourceGroup.of("a", new Part("a")).then("b", new Part("b")));
    awaitCalls("start a 1", "start b 1");

    node.close();

    assertEquals(List.of("start a 1", "start b 1", "stop b", "stop a"), calls);
    assertTrue(happened("a", ResourceState.STOPPED));
  }

  @Test
  void restartsInPlaceWhatFails() {
    Part first = new Part("a");
    start(quick(ResourceGroup.of("a", first).then("b", new Part("b"))));
    awaitCalls("start a 1", "start b 1");

    first.broken = true;

    awaitCalls("start a 1", "start b 1", "stop b", "stop a", "start a 1", "start b 1");
    assertTrue(happened("a", ResourceState.RESTARTING));
  }

  /** A single member gives the role up, may not have it back, and gets it back by an operator. */
  @Test
  void givesTheRoleUpWhenItCannotStart() {
    Part part = new Part("a");
    part.broken = true;
    Role role = start(quick(ResourceGroup.of("a", part)));
    awaitCalls("start a 1", "stop a");
    await().atMost(LONG).until(() -> !role.isLeader());
    await()
        .atMost(LONG)
        .until(() -> node.status().roles().get(0).waiting().contains("resource a failed"));

    role.resetFailCount();

    await().atMost(LONG).until(() -> calls.size() == 3 && calls.get(2).startsWith("start a "));
  }

  /** "Fail count at warn level, critical level, reset": each once, in its place. */
  @Test
  void tellsWhenTheFailCountRisesAndWhenItIsBeyondTheLimit() {
    Part part = new Part("a");
    Role role = start(quick(ResourceGroup.of("a", part)));
    awaitCalls("start a 1");
    part.broken = true;
    awaitCalls("start a 1", "stop a", "start a 1");
    part.broken = true;
    await().atMost(LONG).until(() -> happened("a", ResourceState.CRITICAL));

    role.resetFailCount();

    await().atMost(LONG).until(() -> happened("a", ResourceState.RESET));
    List<String> counts =
        events.stream()
            .filter(ResourceChanged.class::isInstance)
            .map(ResourceChanged.class::cast)
            .filter(e -> e.failCount() > 0 || e.state() == ResourceState.RESET)
            .filter(e -> e.state() != ResourceState.STARTED && e.state() != ResourceState.STOPPED)
            .map(e -> e.state() + " " + e.failCount())
            .toList();
    assertEquals(
        List.of("FAILED 1", "WARNING 1", "RESTARTING 1", "FAILED 2", "CRITICAL 2", "RESET 0"),
        counts);
    ResourceChanged critical =
        events.stream()
            .filter(e -> e instanceof ResourceChanged c && c.state() == ResourceState.CRITICAL)
            .map(ResourceChanged.class::cast)
            .findFirst()
            .orElseThrow();
    assertEquals("fail count 2, beyond the limit of 1", critical.reason());
  }

  @Test
  void stopsBeforeItResigns() throws Exception {
    Role role = start(quick(ResourceGroup.of("a", new Part("a"))));
    awaitCalls("start a 1");
    List<String> seen = new CopyOnWriteArrayList<>();
    node.subscribe(
        event -> {
          if (event instanceof HaEvent.Revoked) {
            seen.addAll(calls);
          }
        });

    role.resign().toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);

    await().atMost(LONG).until(() -> !seen.isEmpty());
    assertEquals(List.of("start a 1", "stop a"), seen.subList(0, 2));
  }

  /** Who could take over by no means is refused, and nothing stops. */
  @Test
  void goesOnWhenAHandOverIsRefused() {
    Role role = start(quick(ResourceGroup.of("a", new Part("a"))));
    awaitCalls("start a 1");

    ExecutionException failure =
        assertThrows(
            ExecutionException.class,
            () ->
                role.handOver(MemberId.of("n2"))
                    .toCompletableFuture()
                    .get(LONG.toSeconds(), TimeUnit.SECONDS));

    assertTrue(failure.getCause() instanceof OperationRefusedException);
    assertEquals(List.of("start a 1"), calls);
  }

  /** A start that hangs is interrupted when nobody wants it any more. */
  @Test
  void interruptsAStartThatIsNotWantedAnyMore() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    Resource slow =
        new Resource() {
          @Override
          public void start(Leadership leadership) throws InterruptedException {
            hangs.countDown();
            new CountDownLatch(1).await();
          }

          @Override
          public void stop() {
            calls.add("stop");
          }
        };
    Role role = start(quick(ResourceGroup.of("slow", slow)));
    assertTrue(hangs.await(LONG.toSeconds(), TimeUnit.SECONDS));

    role.resign().toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);

    assertEquals("stop", calls.get(0));
    await()
        .atMost(LONG)
        .until(
            () ->
                events.stream()
                    .anyMatch(
                        e ->
                            e instanceof HaEvent.DeadlineStep step
                                && step.step() == HaEvent.Escalation.INTERRUPTED
                                && step.reason().matches("resource slow: its start .* ms, .*")));
  }

  private static OperationRefusedException refusalOf(CompletionStage<?> stage) {
    ExecutionException failed =
        assertThrows(
            ExecutionException.class,
            () -> stage.toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS));
    return (OperationRefusedException) failed.getCause();
  }

  /** What stops in maintenance would begin nowhere: who asks for that is told what to do. */
  @Test
  void inMaintenanceNoOperatorStopsIt() {
    Role role = start(quick(ResourceGroup.of("a", new Part("a"))));
    awaitCalls("start a 1");
    Operator operator = node.operator("ann");
    operator.maintenance(true).toCompletableFuture().join();

    OperationRefusedException refused = refusalOf(operator.resign("main"));
    assertEquals(OperationRefusedException.Cause.MAINTENANCE, refused.refusal());
    assertTrue(refused.getMessage().contains("end maintenance first"), refused.getMessage());
    for (CompletionStage<?> move :
        List.of(operator.standby(true), operator.handOver("main", MemberId.of("n2")))) {
      assertEquals(OperationRefusedException.Cause.MAINTENANCE, refusalOf(move).refusal());
    }
    Forecast forecast = node.simulate(new WhatIf.Standby(MemberId.of("n1"), true));
    assertTrue(forecast.outcomes().get(0).why().startsWith("refused: "), forecast.toString());
    assertFalse(node.status().standby());
    assertTrue(role.isLeader());
    assertEquals(List.of("start a 1"), calls);

    operator.maintenance(false).toCompletableFuture().join();
    operator.standby(true).toCompletableFuture().join();
    awaitCalls("start a 1", "stop a");
  }

  /** Whoever leads anew in maintenance says why nothing of it works, and how to end that. */
  @Test
  void tellsThatMaintenanceHoldsItsResourcesBack() {
    start(quick(ResourceGroup.of("a", new Part("a"))));
    awaitCalls("start a 1");
    node.maintenance(true);
    await().atMost(LONG).until(() -> Files.exists(directory.resolve("maintenance.state")));
    node.close();

    Role role = start(quick(ResourceGroup.of("a", new Part("a"))));
    await().atMost(LONG).until(role::isLeader);

    await().atMost(LONG).until(() -> waiting().contains("end maintenance"));
    assertTrue(node.status().warnings().toString().contains("role main: n1 leads, but"));
    assertTrue(node.explain("main").verdict().contains("end maintenance"));
    assertEquals(List.of("start a 1", "stop a"), calls);

    node.maintenance(false);
    await().atMost(LONG).until(() -> calls.size() == 3);
    assertEquals("", waiting());
    assertEquals(List.of(), node.status().warnings());
  }

  private String waiting() {
    return node.status().roles().get(0).waiting();
  }

  /**
   * What an earlier process left cannot be stopped, here for ever: to be closed it needs no time.
   */
  @Test
  void closesThoughItStopsInVain() {
    Resource left =
        new Resource() {
          @Override
          public void start(Leadership leadership) {}

          @Override
          public void stop() throws IOException {
            throw new IOException("no such program");
          }

          @Override
          public boolean outlivesProcess() {
            return true;
          }
        };
    start(quick(ResourceGroup.of("a", left)));
    await().atMost(LONG).until(() -> happened("a", ResourceState.FAILED));

    assertTimeout(Duration.ofSeconds(4), node::close);
  }

  @Test
  void refusesAGroupThatMakesNoSense() {
    start(ResourceGroup.none());
    ResourceGroup one = ResourceGroup.of("a", new Part("a"));
    assertThrows(IllegalArgumentException.class, () -> one.then("a", new Part("a")));
    assertThrows(IllegalArgumentException.class, () -> one.then("no name", new Part("b")));
    assertThrows(IllegalArgumentException.class, () -> one.checkingEvery(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> one.restarting(-1, LONG));
  }
}

package io.understudy.ha;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Resources that do what they had better not, and people who change their mind. */
class GroupTroubleTest {
  private static final Duration LONG = Duration.ofSeconds(8);
  private static final Duration SHORT = Duration.ofSeconds(1);

  @TempDir Path directory;

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<HaEvent> events = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopMayReturn = new CountDownLatch(1);
  private HaNode node;

  @AfterEach
  void close() {
    stopMayReturn.countDown();
    node.close();
  }

  /** Writes down what is done to it. */
  private class Part implements Resource {
    final String name;

    Part(String name) {
      this.name = name;
    }

    @Override
    public void start(Leadership leadership) throws Exception {
      calls.add("start " + name);
    }

    @Override
    public void stop() throws Exception {
      calls.add("stop " + name);
    }
  }

  private final class SlowToStop extends Part {
    SlowToStop(String name) {
      super(name);
    }

    @Override
    public void stop() throws Exception {
      super.stop();
      stopMayReturn.await();
    }
  }

  private void start(RoleSpec... roles) {
    node = GroupNode.start(directory, events::add, roles);
  }

  private static RoleSpec role(String name, ResourceGroup group) {
    return RoleSpec.named(name)
        .running(
            group
                .checkingEvery(Duration.ofMillis(20))
                .within(LONG, LONG, LONG)
                .restarting(1, Duration.ofMinutes(10)));
  }

  private void awaitCalls(String... expected) {
    await().atMost(LONG).untilAsserted(() -> assertEquals(List.of(expected), List.copyOf(calls)));
  }

  /** The first word is taken back before it is carried out: the role stays, and works. */
  @Test
  void worksAgainAfterAShortStandby() {
    start(role("main", ResourceGroup.of("a", new SlowToStop("a"))));
    awaitCalls("start a");
    node.standby(true);
    awaitCalls("start a", "stop a");

    node.standby(false);
    stopMayReturn.countDown();

    awaitCalls("start a", "stop a", "start a");
  }

  /** What a resource throws is its own code, too: it must not run where the election decides. */
  @Test
  void survivesAnExceptionThatCannotBeTold() {
    Part bad =
        new Part("a") {
          private boolean failed;

          @Override
          public void check() {
            if (!failed) {
              failed = true;
              throw new IllegalStateException() {
                @Override
                public String getMessage() {
                  throw new UnsupportedOperationException("nothing to say");
                }
              };
            }
          }
        };
    start(role("main", ResourceGroup.of("a", bad)));

    awaitCalls("start a", "stop a", "start a");

    assertTrue(events.stream().noneMatch(HaEvent.ServiceChanged.class::isInstance));
  }

  @Test
  void asksAResourceNothingWhereTheElectionDecides() {
    Set<Thread> asking = ConcurrentHashMap.newKeySet();
    Part inside =
        new Part("inside") {
          @Override
          public boolean outlivesProcess() {
            asking.add(Thread.currentThread());
            return false;
          }
        };
    Part outside =
        new Part("outside") {
          @Override
          public boolean outlivesProcess() {
            return true;
          }
        };

    start(role("main", ResourceGroup.of("inside", inside).then("outside", outside)));

    awaitCalls("stop outside", "start inside", "start outside");
    assertEquals(Set.of(Thread.currentThread()), asking);
  }

  /** What an earlier process left cannot be stopped: that is no reason to let people wait. */
  @Test
  void answersAtOnceThatItDoesNotLead() {
    Part stuck =
        new Part("a") {
          @Override
          public void stop() throws Exception {
            super.stop();
            throw new IOException("busy");
          }

          @Override
          public boolean outlivesProcess() {
            return true;
          }
        };
    start(RoleSpec.named("main").running(ResourceGroup.of("a", stuck).within(LONG, LONG, SHORT)));
    await().atMost(LONG).until(() -> calls.contains("stop a")); // and again, until it succeeds

    CompletableFuture<Void> resigned =
        node.role("main").orElseThrow().resign().toCompletableFuture();

    ExecutionException refused =
        assertThrows(ExecutionException.class, () -> resigned.get(5, TimeUnit.SECONDS));
    assertTrue(refused.getCause() instanceof OperationRefusedException);
  }

  /** A resource may find out that this member had better end. */
  @Test
  void isClosedByAResource() {
    Part fatal =
        new Part("b") {
          @Override
          public void check() {
            node.close();
          }
        };
    start(role("main", ResourceGroup.of("a", new Part("a")).then("b", fatal)));

    awaitCalls("start a", "start b", "stop b", "stop a");
    await().atMost(LONG).until(() -> events.stream().anyMatch(HaEvent.Stopped.class::isInstance));
  }

  @Test
  void stopsEverythingWhenAnInterruptedThreadCloses() {
    start(role("main", ResourceGroup.of("a", new Part("a")).then("b", new Part("b"))));
    awaitCalls("start a", "start b");

    Thread.currentThread().interrupt();
    node.close();

    assertTrue(Thread.interrupted());
    assertEquals(List.of("start a", "start b", "stop b", "stop a"), List.copyOf(calls));
  }

  /** While one role takes its time to stop, another must not be led again. */
  @Test
  void takesNoRoleWhileItCloses() throws Exception {
    Part fails =
        new Part("idle") {
          @Override
          public void start(Leadership leadership) throws Exception {
            super.start(leadership);
            if (calls.size() < 3) {
              throw new IllegalStateException("not now");
            }
          }
        };
    start(role("one", ResourceGroup.of("slow", new SlowToStop("slow"))));
    awaitCalls("start slow");
    Role idle = node.declare(role("two", ResourceGroup.of("idle", fails)));
    awaitCalls("start slow", "start idle", "stop idle");
    await().atMost(LONG).until(() -> !idle.isLeader());

    Thread closing = new Thread(() -> node.close());
    closing.start();
    awaitCalls("start slow", "start idle", "stop idle", "stop slow");
    idle.resetFailCount();
    await()
        .atMost(LONG)
        .until(
            () ->
                events.stream()
                    .anyMatch(
                        e ->
                            e instanceof HaEvent.ResourceChanged c
                                && c.state() == HaEvent.ResourceState.RESET));
    await() // a lease or two: so long it does not run for the role that it just gave up
        .during(Duration.ofSeconds(2))
        .atMost(LONG)
        .until(() -> calls.size() == 4);
    stopMayReturn.countDown();
    closing.join();

    awaitCalls("start slow", "start idle", "stop idle", "stop slow");
  }
}

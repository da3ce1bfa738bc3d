package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The thread of a group, and who waits for it. */
class GroupCallerTest {
  private static final Duration LONG = Duration.ofSeconds(8);

  /** The call has returned just before it was given up: its thread must not wait for ever. */
  @Test
  void endsTheThreadOfACallThatReturnedBeforeItWasAbandoned() throws Exception {
    CompletableFuture<Thread> returned = new CompletableFuture<>();
    GroupCaller caller =
        new GroupCaller("group", (call, failure) -> returned.complete(Thread.currentThread()));
    caller.call(1, () -> {});
    Thread thread = returned.get(LONG.toSeconds(), TimeUnit.SECONDS);
    await().atMost(LONG).until(() -> thread.getState() == Thread.State.WAITING);

    caller.abandon();

    thread.join(LONG.toMillis());
    assertTrue(!thread.isAlive());
  }

  /** Nobody can stop it any more: the end of the process is all that is left. */
  @Test
  void keepsTheDeadlineOfAGroupThatIsClosedWhileItWorks() {
    EventBus events = new EventBus("n1");
    GroupRuntime group = group(events);
    long untilNanos = System.nanoTime() + Duration.ofDays(1).toNanos();
    group.led(new Grant("main", 1, new Lease(untilNanos, Long.MAX_VALUE)), untilNanos);

    group.close();

    assertEquals(untilNanos + group.stopTimeout().toNanos(), group.haltAtNanos());
    events.close(0);
  }

  /** The election thread ends before it has heard of the request. */
  @Test
  void letsNobodyWaitForAGroupThatIsClosed() throws Exception {
    EventBus events = new EventBus("n1");
    GroupRuntime group = group(events);
    CompletionStage<Void> moved = group.stoppedFirst(() -> CompletableFuture.completedFuture(null));

    group.close();

    moved.toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
    events.close(0);
  }

  /** An election that fails when the role is given up must not hide that it cannot work here. */
  @Test
  void doesAllThatIsDecidedThoughTheElectionFails() throws Exception {
    EventBus events = new EventBus("n1");
    BlockingQueue<Runnable> election = new LinkedBlockingQueue<>();
    GroupRuntime group =
        group(
            events,
            election::add,
            () -> {
              throw new IllegalStateException("fault");
            });
    long untilNanos = System.nanoTime() + Duration.ofDays(1).toNanos();
    group.led(new Grant("main", 1, new Lease(untilNanos, Long.MAX_VALUE)), untilNanos);
    Objects.requireNonNull(election.poll(8, TimeUnit.SECONDS)).run(); // it did not start

    Runnable stopped = Objects.requireNonNull(election.poll(8, TimeUnit.SECONDS));
    assertThrows(IllegalStateException.class, stopped::run);

    assertTrue(group.ineligible().contains("resource a failed"), group.ineligible());
    group.close();
    events.close(0);
  }

  /** On an election thread that has ended. */
  private static GroupRuntime group(EventBus events) {
    return group(events, task -> {}, () -> {});
  }

  private static GroupRuntime group(EventBus events, Consumer<Runnable> loop, Runnable resign) {
    Resource any =
        new Resource() {
          @Override
          public void start(Leadership leadership) {
            throw new IllegalStateException("no");
          }

          @Override
          public void stop() {}
        };
    Groups.Shared node = new Groups.Shared(loop, events, new LastResort(), Answers.of("n1"));
    return new GroupRuntime(
        RoleSpec.named("main").running(ResourceGroup.of("a", any)),
        MemberId.of("n1"),
        new GroupRuntime.Links(node, resign, () -> {}));
  }
}

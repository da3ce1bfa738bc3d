package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Takeover;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
        new GroupCaller(Thread::new, (call, failure) -> returned.complete(Thread.currentThread()));
    caller.call(1, () -> {});
    Thread thread = returned.get(LONG.toSeconds(), TimeUnit.SECONDS);
    await().atMost(LONG).until(() -> thread.getState() == Thread.State.WAITING);

    caller.abandon();

    thread.join(LONG.toMillis());
    assertTrue(!thread.isAlive());
  }

  /** The machine counts on an answer to each call: without one the group would hang for ever. */
  @Test
  void failsACallForWhichThereIsNoThread() throws Exception {
    AtomicBoolean full = new AtomicBoolean(true);
    ThreadFactory maker =
        work ->
            new Thread(work) {
              @Override
              public synchronized void start() {
                if (full.get()) {
                  throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
              }
            };
    BlockingQueue<String> came = new LinkedBlockingQueue<>();
    GroupCaller caller = new GroupCaller(maker, (call, failure) -> came.add(call + " " + failure));

    caller.call(1, () -> {});

    assertEquals(
        "1 java.lang.OutOfMemoryError: unable to create native thread",
        came.poll(LONG.toSeconds(), TimeUnit.SECONDS));
    full.set(false);
    caller.call(2, () -> {});
    assertEquals("2 null", came.poll(LONG.toSeconds(), TimeUnit.SECONDS));
    caller.close();
  }

  /** What runs when the node is closed can still be interrupted, and nothing begins after it. */
  @Test
  void interruptsTheLastCallOfAGroupThatIsClosed() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    BlockingQueue<String> came = new LinkedBlockingQueue<>();
    GroupCaller caller =
        new GroupCaller(Thread::new, (call, failure) -> came.add(call + " " + failure));
    caller.call(
        1,
        () -> {
          runs.countDown();
          new CountDownLatch(1).await();
        });
    assertTrue(runs.await(LONG.toSeconds(), TimeUnit.SECONDS));

    caller.close();
    caller.call(2, () -> came.add("ran"));
    caller.interrupt(1);

    assertEquals("1 java.lang.InterruptedException", came.poll(LONG.toSeconds(), TimeUnit.SECONDS));
    await().during(Duration.ofMillis(100)).until(came::isEmpty);
  }

  /** Nobody can stop it any more: the end of the process is all that is left. */
  @Test
  void keepsTheDeadlineOfAGroupThatIsClosedWhileItWorks() {
    EventBus events = new EventBus("n1");
    GroupRuntime group = group(events);
    Lease lease = lease();
    group.led(new Grant("main", 1, lease), lease);

    group.close();

    assertEquals(lease.untilNanos() + group.stopTimeout().toNanos(), group.haltAtNanos());
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
            },
            Takeover.atOnce());
    Lease lease = lease();
    group.led(new Grant("main", 1, lease), lease);
    Objects.requireNonNull(election.poll(8, TimeUnit.SECONDS)).run(); // it did not start

    Runnable stopped = Objects.requireNonNull(election.poll(8, TimeUnit.SECONDS));
    assertThrows(IllegalStateException.class, stopped::run);

    assertTrue(group.ineligible().contains("resource a failed"), group.ineligible());
    group.close();
    events.close(0);
  }

  /**
   * The election thread hangs while the node is closed: the thread that closes takes the leadership
   * back, but must not decide beside the other. The deadline of the lease holds.
   */
  @Test
  void decidesNothingWhenItIsClosed() {
    EventBus events = new EventBus("n1");
    GroupRuntime group = group(events);
    Lease lease = lease();
    group.led(new Grant("main", 1, lease), lease);
    group.close();

    group.lost();

    assertEquals(lease.untilNanos() + group.stopTimeout().toNanos(), group.haltAtNanos());
    events.close(0);
  }

  /** The machine was suspended: the monotonic clock stood still, but others have long gone on. */
  @Test
  void hasTheTimeToStopFromTheEndOfTheLeaseOnByTheWallClock() {
    EventBus events = new EventBus("n1");
    GroupRuntime group = group(events, Takeover.afterStop());
    Lease lease = new Lease(lease().untilNanos(), System.currentTimeMillis() - 3_000);
    group.led(new Grant("main", 1, lease), lease);

    long now = System.nanoTime();
    group.lost();

    long leftNanos = group.haltAtNanos() - now;
    long most = group.stopTimeout().minusSeconds(3).toNanos();
    assertTrue(leftNanos <= most + TimeUnit.SECONDS.toNanos(1), leftNanos + " ns");
    assertTrue(leftNanos >= most - TimeUnit.SECONDS.toNanos(1), leftNanos + " ns");
    group.close();
    events.close(0);
  }

  /** The election thread may hang, so the guard asks for itself. */
  @Test
  void isOverdueByTheWallClockOnlyWhereTheNextLeaderWaitsByTimeAlone() {
    EventBus events = new EventBus("n1");
    Takeover fenced = Takeover.atOnce().requiringFence();
    for (Takeover takeover : List.of(Takeover.atOnce(), fenced, Takeover.afterStop())) {
      GroupRuntime group = group(events, takeover);
      ClockWatch.Reading now = Clocks.read();
      Lease lease = new Lease(lease().untilNanos(), now.wallMillis() + 60_000);
      group.led(new Grant("main", 1, lease), lease);
      long over = lease.wallUntilMillis() + group.stopTimeout().toMillis();

      assertFalse(group.isOverdue(now.nanos(), over - 1));
      assertEquals(takeover.equals(Takeover.afterStop()), group.isOverdue(now.nanos(), over));
      group.close();
    }
    events.close(0);
  }

  /** An administrator has set it: the group stops and has its time, the process goes on. */
  @Test
  void aWallClockThatIsSetCostsNoTimeToStopWhereTheEpochDecides() {
    EventBus events = new EventBus("n1");
    GroupRuntime group = group(events, Takeover.atOnce());
    Lease lease = new Lease(lease().untilNanos(), System.currentTimeMillis() - 3_600_000);
    group.led(new Grant("main", 1, lease), lease);

    long now = System.nanoTime();
    group.lost();

    assertTrue(group.haltAtNanos() - now >= group.stopTimeout().toNanos());
    group.close();
    events.close(0);
  }

  private static Lease lease() {
    return new Lease(System.nanoTime() + Duration.ofDays(1).toNanos(), Long.MAX_VALUE);
  }

  /** On an election thread that has ended. */
  private static GroupRuntime group(EventBus events) {
    return group(events, Takeover.atOnce());
  }

  private static GroupRuntime group(EventBus events, Takeover takeover) {
    return group(events, task -> {}, () -> {}, takeover);
  }

  private static GroupRuntime group(
      EventBus events, Consumer<Runnable> loop, Runnable resign, Takeover takeover) {
    Resource any =
        new Resource() {
          @Override
          public void start(Leadership leadership) {
            throw new IllegalStateException("no");
          }

          @Override
          public void stop() {}
        };
    Groups.Shared node =
        new Groups.Shared(loop, events, new LastResort(), Answers.of("n1"), () -> {});
    return new GroupRuntime(
        RoleSpec.named("main").running(ResourceGroup.of("a", any)).takenOver(takeover),
        MemberId.of("n1"),
        new GroupRuntime.Links(
            node,
            new RoleLinks(reason -> resign.run(), () -> {}, Runnable::run, () -> {}),
            GroupWatch.NONE,
            new RunNotes("n1", Path.of("target", "none"))));
  }
}

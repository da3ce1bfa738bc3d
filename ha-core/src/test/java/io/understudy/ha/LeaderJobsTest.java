package io.understudy.ha;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs that run while a role is led, on real threads. */
class LeaderJobsTest {
  private static final Duration LONG = Duration.ofSeconds(8);
  private static final Duration OFTEN = Duration.ofMillis(5);

  private final HeldLeadership held = new HeldLeadership();
  private final AtomicInteger runs = new AtomicInteger();
  private final CountDownLatch ends = new CountDownLatch(1);
  private final ScheduledExecutorService shared = Executors.newScheduledThreadPool(2);

  @AfterEach
  void close() {
    ends.countDown();
    shared.shutdownNow();
  }

  private void awaitRuns(int atLeast) {
    await().atMost(LONG).until(() -> runs.get() >= atLeast);
  }

  @Test
  void runsJobsWithTheLeadershipUntilItIsStopped() throws Exception {
    List<String> once = new CopyOnWriteArrayList<>();
    LeaderJobs jobs =
        LeaderJobs.named("test")
            .atRate("rate", OFTEN, leadership -> runs.incrementAndGet())
            .withDelay("delay", OFTEN, leadership -> runs.incrementAndGet())
            .once("once", OFTEN, l -> once.add(Thread.currentThread().getName() + " " + l.epoch()));
    jobs.start(held);
    awaitRuns(10);
    await().atMost(LONG).until(() -> once.size() == 1);

    jobs.stop();

    int then = runs.get();
    await().during(Duration.ofMillis(100)).until(() -> runs.get() == then);
    assertEquals(List.of("ha-jobs-test-1 7"), once);
    jobs.start(held);
    awaitRuns(then + 1);
    jobs.stop();
    jobs.stop();
  }

  /** The JDK's executor would never call it again, and say nothing. */
  @Test
  void goesOnAfterARunThatThrew() throws Exception {
    LeaderJobs jobs =
        LeaderJobs.named("test")
            .atRate(
                "bad",
                OFTEN,
                leadership -> {
                  runs.incrementAndGet();
                  throw new AssertionError("no");
                });
    jobs.start(held);
    awaitRuns(3);
    jobs.stop();
    assertEquals(runs.get(), jobs.failures());
  }

  @Test
  void beginsNoRunWhenTheLeadershipHasEnded() throws Exception {
    LeaderJobs jobs =
        LeaderJobs.named("test").atRate("rate", OFTEN, leadership -> runs.incrementAndGet());
    held.end();
    jobs.start(held);

    await().during(Duration.ofMillis(100)).until(() -> runs.get() == 0);
    jobs.stop();
  }

  @Test
  void showsARunThatItsLeadershipHasEnded() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    LeaderJobs jobs =
        LeaderJobs.named("test")
            .once(
                "long",
                Duration.ZERO,
                leadership -> {
                  began.countDown();
                  while (leadership.isValid()) {
                    Thread.onSpinWait();
                  }
                  runs.incrementAndGet();
                });
    jobs.start(held);
    assertTrue(began.await(LONG.toSeconds(), TimeUnit.SECONDS));
    held.end();
    jobs.stop();
    assertEquals(1, runs.get());
  }

  @Test
  void waitsForARunThatEndsByItself() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    LeaderJobs jobs =
        LeaderJobs.named("test")
            .grace(LONG)
            .once(
                "slow",
                Duration.ZERO,
                leadership -> {
                  began.countDown();
                  ends.await();
                  runs.incrementAndGet();
                });
    jobs.start(held);
    assertTrue(began.await(LONG.toSeconds(), TimeUnit.SECONDS));
    Thread helper = new Thread(ends::countDown);
    helper.start();

    jobs.stop();

    assertEquals(1, runs.get());
    assertEquals(0, jobs.failures());
  }

  /** Interrupted after the grace; the interruption stays with the run. */
  @Test
  void interruptsARunThatDoesNotEndAndLeavesTheApplicationsExecutorAlone() throws Exception {
    ScheduledExecutorService one = Executors.newSingleThreadScheduledExecutor();
    CountDownLatch began = new CountDownLatch(1);
    LeaderJobs jobs =
        LeaderJobs.named("test")
            .on(one)
            .grace(Duration.ofMillis(20))
            .atRate("hangs", OFTEN, leadership -> hang(began));
    jobs.start(held);
    assertTrue(began.await(LONG.toSeconds(), TimeUnit.SECONDS));

    jobs.stop();

    assertEquals(1, runs.get());
    assertEquals(0, jobs.failures());
    assertFalse(one.submit(Thread::interrupted).get(LONG.toSeconds(), TimeUnit.SECONDS));
    assertFalse(one.isShutdown());
    one.shutdownNow();
  }

  /** Ignores the first interruption, keeps its flag at the end. */
  private void hang(CountDownLatch began) {
    began.countDown();
    for (int i = 0; i < 2; i++) {
      try {
        ends.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        boolean first = i == 0 && Thread.interrupted();
        assertEquals(i == 0, first);
      }
    }
    runs.incrementAndGet();
  }

  /** The group's interruption ends the wait; the next stop waits again. */
  @Test
  void isNotStoppedBeforeTheLastRunHasEnded() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    LeaderJobs jobs =
        LeaderJobs.named("test")
            .once(
                "stubborn",
                Duration.ZERO,
                leadership -> {
                  began.countDown();
                  awaitIgnoringInterrupts();
                });
    jobs.start(held);
    assertTrue(began.await(LONG.toSeconds(), TimeUnit.SECONDS));

    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, jobs::stop);

    ends.countDown();
    jobs.stop();
    assertEquals(1, runs.get());
  }

  private void awaitIgnoringInterrupts() {
    while (ends.getCount() > 0) {
      try {
        ends.await();
      } catch (InterruptedException e) {
        Thread.onSpinWait(); // that is the point
      }
    }
    runs.incrementAndGet();
  }

  @Test
  void endsItsThreadsAndCanHaveSeveral() throws Exception {
    Set<Thread> used = ConcurrentHashMap.newKeySet();
    CountDownLatch both = new CountDownLatch(2);
    LeaderJobs.Job meets =
        leadership -> {
          used.add(Thread.currentThread());
          both.countDown();
          both.await();
        };
    LeaderJobs jobs =
        LeaderJobs.named("test")
            .threads(2)
            .once("a", Duration.ZERO, meets)
            .once("b", Duration.ZERO, meets);
    jobs.start(held);
    assertTrue(both.await(LONG.toSeconds(), TimeUnit.SECONDS));
    jobs.stop();
    assertEquals(2, used.size());
    await().atMost(LONG).until(() -> used.stream().noneMatch(Thread::isAlive));
  }

  @Test
  void refusesWhatMakesNoSense() {
    LeaderJobs jobs = LeaderJobs.named("test");
    assertThrows(
        IllegalArgumentException.class, () -> jobs.atRate("a", Duration.ZERO, leadership -> {}));
    assertThrows(
        IllegalArgumentException.class,
        () -> jobs.once("a", Duration.ofMillis(-1), leadership -> {}));
    assertThrows(IllegalArgumentException.class, () -> jobs.threads(0));
  }
}

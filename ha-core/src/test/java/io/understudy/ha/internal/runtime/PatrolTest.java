package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real threads; each test waits for what it says, and for nothing else. */
class PatrolTest {
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONG = TimeUnit.SECONDS.toNanos(60);

  private final List<String> found = new CopyOnWriteArrayList<>();
  private final CountDownLatch never = new CountDownLatch(1);
  private Patrol patrol = new Patrol("patrol-test", List.of());

  @AfterEach
  void close() {
    never.countDown();
    patrol.close();
  }

  @Test
  void tellsWhatComesOfEachCall() {
    AtomicInteger calls = new AtomicInteger();
    start(
        check(
            "a",
            LONG,
            () -> {
              if (calls.incrementAndGet() % 2 == 0) {
                throw new IOException("no route");
              }
            }));
    await().until(() -> found.size() >= 4);
    assertEquals(List.of("a:", "a:no route", "a:", "a:no route"), found.subList(0, 4));
  }

  @Test
  void whatHangsFailsAgainAndAgainAndDelaysNoOther() {
    start(check("hangs", SHORT, this::hang), check("b", LONG, () -> {}));
    await().until(() -> count("hangs:no answer within 20 ms") >= 3 && count("b:") >= 3);
  }

  @Test
  void whatIgnoresItsInterruptionIsCalledAgainOnlyWhenItHasReturned() {
    AtomicInteger calls = new AtomicInteger();
    start(
        check(
            "deaf",
            SHORT,
            () -> {
              if (calls.incrementAndGet() == 1) {
                ignoreInterruptions();
              }
            }));
    await().until(() -> count("deaf:no answer within 20 ms") >= 5);
    assertEquals(1, calls.get());
    never.countDown();
    await().until(() -> count("deaf:") >= 1);
  }

  @Test
  void whatTakesTooLongIsInterruptedEachTime() {
    AtomicInteger interrupted = new AtomicInteger();
    start(
        check(
            "slow",
            SHORT,
            () -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                interrupted.incrementAndGet();
                throw e;
              }
            }));
    await().until(() -> interrupted.get() >= 3);
    assertTrue(found.stream().allMatch("slow:no answer within 20 ms"::equals), found::toString);
  }

  @Test
  void anErrorOfACheckIsAFindingLikeAnother() {
    start(
        check(
            "e",
            LONG,
            () -> {
              throw new StackOverflowError("deep");
            }));
    await().until(() -> count("e:java.lang.StackOverflowError: deep") >= 2);
  }

  @Test
  void roundsGoOnWhenWhoIsToldThrows() {
    AtomicInteger told = new AtomicInteger();
    start(
        new Patrol.Check(
            "c",
            SHORT,
            LONG,
            () -> {},
            (trouble, now) -> {
              if (told.incrementAndGet() == 1) {
                throw new IllegalStateException("a bug");
              }
            }));
    await().until(() -> patrol.trouble().contains("a bug"));
    await().atMost(Duration.ofSeconds(10)).until(() -> told.get() >= 3);
    assertEquals("", patrol.trouble());
  }

  @Test
  void nothingIsToldAndNothingRunsAfterTheEnd() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    start(
        check(
            "long",
            LONG,
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
            }));
    assertTrue(begun.await(10, TimeUnit.SECONDS));
    patrol.close();
    assertTrue(interrupted.await(10, TimeUnit.SECONDS), "what runs is interrupted");
    await().until(() -> threads() == 0);
    assertEquals(List.of(), found);
  }

  private void start(Patrol.Check... checks) {
    patrol = new Patrol("patrol-test", List.of(checks));
    patrol.start();
  }

  private Patrol.Check check(String name, long limitNanos, Patrol.Work work) {
    return new Patrol.Check(
        name, SHORT, limitNanos, work, (trouble, now) -> found.add(name + ":" + trouble));
  }

  private long count(String finding) {
    return found.stream().filter(finding::equals).count();
  }

  private void hang() throws InterruptedException {
    never.await();
  }

  private void ignoreInterruptions() {
    while (true) {
      try {
        never.await();
        return;
      } catch (InterruptedException e) {
        // deaf on purpose
      }
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("patrol-test"))
        .count();
  }
}

package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaEvent;
import io.understudy.ha.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscribers that are quick, slow, hang, throw, leave, and close the node. */
class EventBusTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final EventBus bus = new EventBus("n1");
  private final CountDownLatch release = new CountDownLatch(1);
  private final List<HaEvent> told = new CopyOnWriteArrayList<>();

  @AfterEach
  void letGo() {
    release.countDown();
    bus.close(SECOND);
  }

  /** The number is in the epoch. */
  private static HaEvent event(long number) {
    return new HaEvent.Elected(START.plusMillis(number), "jobs", number);
  }

  private void publish(long from, long to) {
    for (long i = from; i < to; i++) {
      bus.publish(event(i));
    }
  }

  private static List<HaEvent> events(long from, long to) {
    List<HaEvent> events = new ArrayList<>();
    for (long i = from; i < to; i++) {
      events.add(event(i));
    }
    return events;
  }

  /** Hangs on its first event until it is released, deaf to interrupts. */
  private Consumer<HaEvent> hanging(Consumer<HaEvent> then, CountDownLatch hangs) {
    return event -> {
      hangs.countDown();
      boolean released = false;
      while (!released) {
        try {
          release.await();
          released = true;
        } catch (InterruptedException e) {
          // as stubborn as a read without a time-out
        }
      }
      then.accept(event);
    };
  }

  private CountDownLatch subscribeHanging(Consumer<HaEvent> then) throws InterruptedException {
    CountDownLatch hangs = new CountDownLatch(1);
    bus.subscribe(hanging(then, hangs));
    publish(0, 1);
    assertTrue(hangs.await(20, TimeUnit.SECONDS));
    return hangs;
  }

  @Test
  void oneThatHangsHoldsUpNobodyElse() throws InterruptedException {
    bus.subscribe(told::add);
    subscribeHanging(event -> {});

    publish(1, 100);

    await().until(() -> told.size() == 100);
    assertEquals(events(0, 100), told);
  }

  @Test
  void losesNothingUpToTheBound() throws InterruptedException {
    subscribeHanging(told::add);

    publish(1, EventFeed.BOUND + 1);
    release.countDown();

    await().until(() -> told.size() == EventFeed.BOUND + 1);
    assertEquals(events(0, EventFeed.BOUND + 1), told);
  }

  /** One is with the listener, the queue is full, and five more push out the oldest five. */
  @Test
  void tellsInTheirPlaceHowManyWereLost() throws InterruptedException {
    subscribeHanging(told::add);

    publish(1, EventFeed.BOUND + 6);
    release.countDown();

    await().until(() -> told.size() == EventFeed.BOUND + 2);
    List<HaEvent> expected = new ArrayList<>(events(0, 1));
    expected.add(new HaEvent.Overflow(START.plusMillis(1), 5));
    expected.addAll(events(6, EventFeed.BOUND + 6));
    assertEquals(expected, told);
    publish(0, 1);
    await("counts anew").until(() -> told.size() == EventFeed.BOUND + 3);
  }

  @Test
  void goesOnAfterAnErrorAndAnInterruptFlag() {
    bus.subscribe(
        event -> {
          Thread.currentThread().interrupt();
          throw new AssertionError("a subscriber failed");
        });
    bus.subscribe(
        event -> {
          told.add(event);
          Thread.currentThread().interrupt();
          throw new AssertionError("a subscriber failed");
        });

    publish(0, 3);

    await().until(() -> told.size() == 3);
  }

  @Test
  void whoeverHasLeftIsToldNothing() throws InterruptedException {
    AtomicReference<Subscription> own = new AtomicReference<>();
    CountDownLatch ready = new CountDownLatch(1);
    own.set(
        bus.subscribe(
            event -> {
              awaitQuietly(ready);
              told.add(event);
              own.get().close();
            }));
    publish(0, 3);
    ready.countDown();

    await().until(() -> !told.isEmpty());
    bus.close(20 * SECOND);

    assertEquals(events(0, 1), told);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void closeDeliversWhatIsQueued() {
    bus.subscribe(told::add);
    publish(0, 1000);

    bus.close(20 * SECOND);

    assertEquals(events(0, 1000), told);
    publish(0, 1);
    bus.subscribe(told::add);
    publish(0, 1);
    assertEquals(1000, told.size());
  }

  /** One time-out for all of them; nobody is told anything after it. */
  @Test
  void closeDoesNotWaitForThoseThatHang() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      subscribeHanging(told::add);
    }
    publish(1, 100);
    long before = System.nanoTime();

    bus.close(SECOND / 2);

    long took = System.nanoTime() - before;
    assertTrue(took < 2 * SECOND, () -> "took " + Duration.ofNanos(took));
    release.countDown();
    await().until(() -> told.size() == 5);
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("ha-events-n1")));
    assertEquals(5, told.size());
  }

  @Test
  void aSubscriberMayCloseTheBus() {
    bus.subscribe(
        event -> {
          bus.close(20 * SECOND);
          told.add(event);
        });
    publish(0, 1);

    await().until(() -> told.size() == 1);
  }
}

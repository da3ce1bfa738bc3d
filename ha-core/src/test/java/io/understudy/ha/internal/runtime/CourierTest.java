package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CourierTest {
  private final List<Integer> told = new CopyOnWriteArrayList<>();
  private final Courier courier = new Courier("courier");

  @Test
  void deliversInOrderWhateverListenersDo() {
    courier.deliver(() -> told.add(1));
    courier.deliver(() -> Thread.currentThread().interrupt());
    courier.deliver(
        () -> {
          throw new AssertionError("a listener failed");
        });
    courier.deliver(() -> told.add(2));
    await().until(() -> told.size() == 2);
    assertEquals(List.of(1, 2), told);
    courier.close(TimeUnit.SECONDS.toNanos(1));
  }

  /** So that a callback that hangs does not let a queue grow for ever. */
  @Test
  void whatHasNotBegunCanBeTakenBack() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Runnable first =
        () -> {
          begun.countDown();
          awaitQuietly(release);
          told.add(1);
        };
    Runnable second = () -> told.add(2);
    courier.deliver(first);
    courier.deliver(second);
    courier.deliver(() -> told.add(3));
    begun.await();

    assertFalse(courier.retract(first));
    assertTrue(courier.retract(second));
    assertFalse(courier.retract(second));
    release.countDown();

    courier.close(TimeUnit.SECONDS.toNanos(5));
    assertEquals(List.of(1, 3), told);
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
    for (int i = 0; i < 100; i++) {
      int number = i;
      courier.deliver(() -> told.add(number));
    }
    courier.close(TimeUnit.SECONDS.toNanos(5));
    assertEquals(100, told.size());
  }
}

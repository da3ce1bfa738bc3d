package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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

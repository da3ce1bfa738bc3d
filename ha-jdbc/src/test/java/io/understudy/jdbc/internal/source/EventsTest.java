package io.understudy.jdbc.internal.source;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.understudy.ha.Subscription;
import io.understudy.jdbc.HaDataSourceEvent;
import io.understudy.jdbc.HaDataSourceEvent.Overflow;
import io.understudy.jdbc.HaDataSourceEvent.WriterChanged;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.RouteInfo;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventsTest {
  private final Events events = new Events("test-events");
  private final List<HaDataSourceEvent> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    events.close();
  }

  @Test
  void everySubscriberHearsAllInOrder() {
    List<HaDataSourceEvent> alsoHeard = new CopyOnWriteArrayList<>();
    events.subscribe(heard::add);
    events.subscribe(alsoHeard::add);

    publish(1, 3);

    await().until(() -> heard.size() == 3 && alsoHeard.size() == 3);
    assertEquals(List.of(event(1), event(2), event(3)), heard);
    assertEquals(heard, alsoHeard);
  }

  @Test
  void oneThatBlocksHoldsUpNobodyAndIsToldWhatItLost() throws InterruptedException {
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<HaDataSourceEvent> slow = new CopyOnWriteArrayList<>();
    events.subscribe(
        event -> {
          slow.add(event);
          taken.countDown();
          awaitThat(goOn);
        });
    publish(0, 0);
    taken.await();

    publish(1, EventFeed.BOUND + 7); // would not return if it waited for the listener
    goOn.countDown();

    await().until(() -> slow.size() == 1 + 1 + EventFeed.BOUND);
    Overflow overflow = assertInstanceOf(Overflow.class, slow.get(1));
    assertEquals(new Overflow(event(1).time(), 7), overflow);
    assertEquals(event(8), slow.get(2));
    assertEquals(event(EventFeed.BOUND + 7), slow.get(slow.size() - 1));
  }

  @Test
  void oneThatThrowsHearsTheNext() {
    events.subscribe(
        event -> {
          heard.add(event);
          throw new IllegalStateException("on purpose");
        });
    publish(1, 2);
    await().until(() -> heard.size() == 2);
  }

  @Test
  void afterTheEndNothingIsDelivered() {
    List<HaDataSourceEvent> other = new CopyOnWriteArrayList<>();
    Subscription ended = events.subscribe(heard::add);
    events.subscribe(other::add);
    ended.close();
    ended.close();
    publish(1, 1);
    await().until(() -> other.size() == 1);
    events.close();
    publish(2, 2);
    events.subscribe(heard::add);
    assertEquals(List.of(), heard);
    assertEquals(1, other.size());
  }

  private void publish(long from, long to) {
    for (long number = from; number <= to; number++) {
      events.publish(event(number));
    }
  }

  private static HaDataSourceEvent event(long number) {
    RouteInfo route = new RouteInfo("n1", "db-01", Phase.SERVING, number, 1);
    return new WriterChanged(Instant.ofEpochSecond(number), route, "", "test");
  }

  private static void awaitThat(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

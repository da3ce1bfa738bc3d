package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Tells subscribers what happened, all of them in the same order. Each has a thread and a bounded
 * queue of its own, so that one that is slow, or never returns, holds up nobody and fills no heap.
 */
final class EventBus {
  private final String member;
  private final List<EventFeed> feeds = new CopyOnWriteArrayList<>();

  /** Held while an event is put into all queues: publishers are on several threads. */
  private final Object order = new Object();

  private int subscribed;
  private boolean closed;

  EventBus(String member) {
    this.member = member;
  }

  Subscription subscribe(Consumer<? super HaEvent> listener) {
    synchronized (order) {
      if (closed) {
        return () -> {};
      }
      subscribed++;
      String number = subscribed == 1 ? "" : "-" + subscribed;
      EventFeed feed = new EventFeed(listener, "ha-events-" + member + number);
      feed.start();
      feeds.add(feed);
      return () -> {
        feeds.remove(feed);
        feed.end();
      };
    }
  }

  void publish(HaEvent event) {
    synchronized (order) {
      feeds.forEach(feed -> feed.offer(event));
    }
  }

  /** Delivers what is queued, waits at most that long for all together, and ends the threads. */
  void close(long timeoutNanos) {
    synchronized (order) {
      closed = true;
      feeds.forEach(EventFeed::endWhenEmpty);
    }
    long deadlineNanos = System.nanoTime() + timeoutNanos;
    feeds.forEach(feed -> feed.awaitEnd(deadlineNanos));
  }
}

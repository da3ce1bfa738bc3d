package io.understudy.jdbc.internal.source;

import io.understudy.jdbc.HaDataSourceEvent;
import io.understudy.jdbc.HaDataSourceEvent.Overflow;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscriber: a bounded queue and the thread that empties it. When the queue is full the oldest
 * event makes room, because the newest ones tell how things stand. Threadsafe.
 */
final class EventFeed {
  /** How many events wait for a slow subscriber before the oldest are lost. */
  static final int BOUND = 1_000;

  private static final Logger log = LoggerFactory.getLogger(EventFeed.class);

  private final Consumer<? super HaDataSourceEvent> listener;
  private final Thread thread;
  private final Deque<HaDataSourceEvent> queue = new ArrayDeque<>(); // guarded by this
  private @Nullable Overflow overflow; // guarded by this
  private boolean ended; // guarded by this

  EventFeed(Consumer<? super HaDataSourceEvent> listener, String threadName) {
    this.listener = listener;
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Takes no longer than a queue does. */
  synchronized void offer(HaDataSourceEvent event) {
    if (ended) {
      return;
    }
    if (queue.size() >= BOUND) {
      Instant first = queue.remove().time();
      overflow = overflow == null ? new Overflow(first, 1) : oneMore(overflow);
    }
    queue.add(event);
    notifyAll();
  }

  private static Overflow oneMore(Overflow before) {
    return new Overflow(before.time(), before.lost() + 1);
  }

  /** Delivers nothing more. What runs in the listener goes on. */
  synchronized void end() {
    ended = true;
    queue.clear();
    notifyAll();
  }

  private void run() {
    for (HaDataSourceEvent event = take(); event != null; event = take()) {
      try {
        listener.accept(event);
      } catch (Throwable e) { // whatever it throws, the next event is for it all the same
        log.error("{}: a subscriber failed on {}", thread.getName(), event, e);
      }
    }
  }

  private synchronized @Nullable HaDataSourceEvent take() {
    while (queue.isEmpty() && !ended) {
      try {
        wait();
      } catch (InterruptedException e) {
        // A listener left its flag set; the fields tell whether to end.
      }
    }
    if (ended) {
      return null;
    }
    Overflow lost = overflow;
    overflow = null;
    return lost == null ? queue.remove() : lost;
  }
}

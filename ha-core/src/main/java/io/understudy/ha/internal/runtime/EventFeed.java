package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscriber: a queue with a bound, and the thread that empties it. When the queue is full the
 * oldest events make room, because the newest ones tell how things stand; {@link HaEvent.Overflow}
 * is delivered in their place.
 */
final class EventFeed {
  /** How many events wait for a slow subscriber before the oldest are lost. */
  static final int BOUND = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

  private final Consumer<? super HaEvent> listener;
  private final Thread thread;
  private final Object lock = new Object();
  private final Deque<HaEvent> queue = new ArrayDeque<>();
  private long lost;
  private Instant lostSince = Instant.EPOCH;
  private boolean ending;
  private boolean ended;

  EventFeed(Consumer<? super HaEvent> listener, String threadName) {
    this.listener = listener;
    this.thread = Threads.ordinary(this::run, threadName);
  }

  void start() {
    thread.start();
  }

  /** Never blocks for longer than a queue operation takes. */
  void offer(HaEvent event) {
    boolean overflows = false;
    synchronized (lock) {
      if (ending) {
        return;
      }
      if (queue.size() >= BOUND) {
        overflows = lost == 0;
        lose(queue.remove());
      }
      queue.add(event);
      lock.notifyAll();
    }
    if (overflows) {
      LOG.warn(
          "{} - a subscriber is {} events behind; the oldest are lost from here on, it will be told"
              + " how many",
          thread.getName(),
          BOUND);
    }
  }

  private void lose(HaEvent event) {
    lostSince = lost == 0 ? event.time() : lostSince;
    lost++;
  }

  private void run() {
    boolean goesOn = true;
    while (goesOn) {
      try {
        goesOn = deliverNext();
      } catch (Throwable e) { // no memory for an event, say: the next one is delivered all the same
        LOG.error("{} - events go on", thread.getName(), e);
      }
    }
  }

  private boolean deliverNext() {
    HaEvent event = take();
    if (event == null) {
      return false;
    }
    try {
      listener.accept(event);
    } catch (Throwable e) { // whatever it throws, the next event is for it all the same
      LOG.error("{} - a subscriber failed on {}", thread.getName(), event, e);
    }
    return true;
  }

  private @Nullable HaEvent take() {
    synchronized (lock) {
      while (queue.isEmpty() && !ending) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // A listener left its flag set, or close() wants an end; the fields tell which.
        }
      }
      if (ended) {
        return null;
      }
      if (lost > 0) {
        HaEvent overflow = new HaEvent.Overflow(lostSince, lost);
        lost = 0;
        return overflow;
      }
      return queue.poll();
    }
  }

  /** Delivers nothing more. What runs in the listener goes on. */
  void end() {
    synchronized (lock) {
      ending = true;
      ended = true;
      queue.clear();
      lock.notifyAll();
    }
  }

  /** Accepts nothing more, and ends once what is queued is delivered. */
  void endWhenEmpty() {
    synchronized (lock) {
      ending = true;
      lock.notifyAll();
    }
  }

  /**
   * Waits for the end, until then at most; interrupts the listener if it has not come. Not for a
   * listener that closes its own node: the loop ends after it.
   */
  void awaitEnd(long deadlineNanos) {
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadlineNanos - System.nanoTime()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("{} - a subscriber has not returned; its thread is interrupted", thread.getName());
      end();
      thread.interrupt();
    }
  }
}

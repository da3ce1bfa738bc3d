package io.understudy.ha.internal.runtime;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what it is given in order, on one thread of its own: how listeners are told without holding
 * up the election. What a task throws is logged; the next one runs all the same.
 */
final class Courier {
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean closing;

  Courier(String name) {
    thread = Threads.ordinary(this::run, name);
    thread.start();
  }

  void deliver(Runnable task) {
    queue.add(task);
  }

  /** Takes a task back. False if it has begun, or was never given. */
  boolean retract(Runnable task) {
    return queue.remove(task);
  }

  private void run() {
    while (!closing || !queue.isEmpty()) {
      try {
        queue.take().run();
      } catch (InterruptedException e) {
        if (closing) {
          Thread.currentThread().interrupt();
          return;
        } // else a listener left its flag set: the next one must be told all the same
      } catch (Throwable e) { // a listener's Error must not silence the events that follow
        LOG.error(
            "{} - a listener failed; later events are delivered all the same", thread.getName(), e);
      }
    }
  }

  /** Delivers what is queued, waits at most that long, and ends the thread. */
  void close(long timeoutNanos) {
    deliver(() -> closing = true);
    if (Thread.currentThread() == thread) {
      return; // closed by a listener: the loop ends after it
    }
    try {
      TimeUnit.NANOSECONDS.timedJoin(thread, timeoutNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive() && timeoutNanos > 0) {
      LOG.warn("{} - a listener has not returned; its thread is interrupted", thread.getName());
      closing = true;
      thread.interrupt();
    }
  }
}

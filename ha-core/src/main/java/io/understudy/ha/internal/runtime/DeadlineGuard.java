package io.understudy.ha.internal.runtime;

import java.util.Arrays;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends the process when a group has not stopped in time and nobody else has noticed: the election
 * thread may hang, the heap may be full, a lock may be held. It reads volatile fields, takes no
 * lock and allocates nothing once it runs. A process that was frozen is ended by its first look; so
 * is one on a machine that was suspended, see {@link StopDeadline}.
 */
final class DeadlineGuard {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final LastResort lastResort;
  private final ThreadFactory threads;
  private @Nullable Thread thread;
  private volatile GroupRuntime[] groups = {};
  private volatile boolean closed;

  DeadlineGuard(LastResort lastResort, ThreadFactory threads) {
    this.lastResort = lastResort;
    this.threads = threads;
  }

  /**
   * Sets it going, if it does not run yet: before there is anything to guard, because it may fail.
   *
   * @throws IllegalStateException if there is no thread for it; the next call tries again
   */
  synchronized void start() {
    if (thread != null || closed) {
      return;
    }
    try {
      lastResort.start();
      Thread made = threads.newThread(this::run);
      made.start();
      thread = made;
    } catch (OutOfMemoryError e) { // so the system's refusal of a thread is called
      throw new IllegalStateException(
          "no thread for the guard that ends this process when resources have not stopped in time;"
              + " raise the limit of threads or of memory, and declare the role again",
          e);
    }
  }

  /** Guards a group, too. */
  synchronized void add(GroupRuntime group) {
    GroupRuntime[] before = groups;
    GroupRuntime[] after = Arrays.copyOf(before, before.length + 1);
    after[before.length] = group;
    groups = after;
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(this, PERIOD_NANOS);
      GroupRuntime[] guarded = groups;
      long now = System.nanoTime(); // first: a deadline may be lifted while this thread waits
      long wallMillis = System.currentTimeMillis();
      for (int i = 0; i < guarded.length; i++) {
        if (guarded[i].isOverdue(now, wallMillis)) {
          lastResort.halt(guarded[i].lastWords());
        }
      }
    }
  }

  /** Ends the guard, when everything has stopped. */
  synchronized void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}

package io.understudy.ha.internal.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the process when a group has not stopped in time and nobody else has noticed: the election
 * thread may hang, the heap may be full, a lock may be held. It reads volatile fields, takes no
 * lock and allocates nothing once it runs. A process that was frozen is ended by its first look; so
 * is one on a machine that was suspended, see {@link StopDeadline}.
 */
final class DeadlineGuard {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final LastResort lastResort;
  private final Thread thread;
  private volatile GroupRuntime[] groups = {};
  private volatile boolean closed;

  DeadlineGuard(String member, LastResort lastResort) {
    this.lastResort = lastResort;
    this.thread = Threads.urgent(this::run, "ha-deadline-" + member);
  }

  /** Guards a group, too. The first one sets it going. */
  synchronized void add(GroupRuntime group) {
    GroupRuntime[] before = groups;
    GroupRuntime[] after = java.util.Arrays.copyOf(before, before.length + 1);
    after[before.length] = group;
    groups = after;
    if (before.length == 0 && !closed) {
      lastResort.start();
      thread.start();
    }
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
  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}

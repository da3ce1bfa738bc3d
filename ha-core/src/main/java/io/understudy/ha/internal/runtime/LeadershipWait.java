package io.understudy.ha.internal.runtime;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Where callers wait for a leadership to be handed out. */
final class LeadershipWait {
  private static final Duration FOREVER = Duration.ofDays(10_000);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The first present answer, looked up at each signal; empty when the time is over. */
  <T> Optional<T> until(Supplier<Optional<T>> lookUp, Duration timeout)
      throws InterruptedException {
    long leftNanos = timeout.compareTo(FOREVER) > 0 ? FOREVER.toNanos() : timeout.toNanos();
    lock.lockInterruptibly();
    try {
      Optional<T> found = lookUp.get();
      while (found.isEmpty() && leftNanos > 0) {
        leftNanos = changed.awaitNanos(Math.min(leftNanos, TimeUnit.DAYS.toNanos(1)));
        found = lookUp.get();
      }
      return found;
    } finally {
      lock.unlock();
    }
  }
}

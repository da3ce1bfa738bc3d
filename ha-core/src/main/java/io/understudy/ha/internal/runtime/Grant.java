package io.understudy.ha.internal.runtime;

import io.understudy.ha.Leadership;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * The leadership that the application holds. Extended by the election thread; ended by it, or by
 * the watcher while it hangs; read by all, without a lock.
 */
final class Grant implements Leadership {
  private static final Lease OVER = new Lease(0, Long.MIN_VALUE);

  private static final AtomicReferenceFieldUpdater<Grant, Lease> LEASE =
      AtomicReferenceFieldUpdater.newUpdater(Grant.class, Lease.class, "lease");

  private final String role;
  private final long epoch;
  private volatile Lease lease;
  private volatile boolean ended;

  Grant(String role, long epoch, Lease first) {
    this.role = role;
    this.epoch = epoch;
    this.lease = first;
  }

  /** What somebody saw end, and be it this moment, stays ended: the next look gives the role up. */
  void extend(Lease longer) {
    Lease current = lease;
    if (current.runs()) {
      LEASE.compareAndSet(this, current, longer);
    }
  }

  /** Ends it; whether this call did. */
  synchronized boolean end() {
    boolean ends = !ended;
    ended = true;
    lease = OVER;
    return ends;
  }

  /** Ends it if a caller may have seen it end; whether this call did. */
  synchronized boolean endIfRanOut() {
    return !isValid() && end();
  }

  boolean isEnded() {
    return ended;
  }

  @Override
  public String role() {
    return role;
  }

  @Override
  public long epoch() {
    return epoch;
  }

  /** Ends it for good if it has run out: a wall clock that is set back must not revive it. */
  @Override
  public boolean isValid() {
    Lease current = lease;
    if (current.runs()) {
      return true;
    }
    if (!current.equals(OVER)) {
      lease = OVER;
    }
    return false;
  }

  @Override
  public Duration remaining() {
    Lease current = lease;
    return current.runs()
        ? Duration.ofNanos(Math.max(0, current.untilNanos() - System.nanoTime()))
        : Duration.ZERO;
  }

  @Override
  public String toString() {
    return "leadership of " + role + " in epoch " + epoch + (isValid() ? "" : ", ended");
  }
}

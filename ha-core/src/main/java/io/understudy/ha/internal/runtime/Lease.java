package io.understudy.ha.internal.runtime;

import java.util.concurrent.TimeUnit;

/**
 * Until when a leadership may act, on both clocks; see {@link ClockWatch#lease}. The monotonic
 * clock decides; the wall clock is there because it jumps when a suspended machine wakes, and the
 * monotonic one may not. It has no tolerance: a leadership that is well is renewed long before its
 * end, so a wall clock that is set costs it only if it is set ahead by most of a lease.
 *
 * @param untilNanos end on the monotonic clock
 * @param wallUntilMillis end on the wall clock
 */
public record Lease(long untilNanos, long wallUntilMillis) {
  /** Whether it runs now. */
  boolean runs() {
    return runs(System.nanoTime(), System.currentTimeMillis());
  }

  /** Whether it runs when the clocks show that. */
  public boolean runs(long nanos, long wallMillis) {
    return nanos - untilNanos < 0 && wallMillis < wallUntilMillis;
  }

  /** How long it is over when the clocks show that, by the one that says more; 0 if it runs. */
  long overNanos(long nanos, long wallMillis) {
    long byWallNanos = TimeUnit.MILLISECONDS.toNanos(wallMillis - wallUntilMillis);
    return Math.max(0, Math.max(nanos - untilNanos, byWallNanos));
  }
}

package io.understudy.ha.internal.runtime;

import java.util.concurrent.TimeUnit;

/**
 * Notices that this process did not run for a while. A pause shows in the monotonic clock: it went
 * on between two looks. A suspended machine shows in the wall clock: it jumped ahead of the
 * monotonic one, which stood still. Looked at by the election thread before everything it does.
 */
final class ClockWatch {
  /** Two clock reads further apart than this were interrupted and are taken again. */
  private static final long STEADY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int TRIES = 4;
  private static final long MIN_TOLERANCE_MILLIS = 50;

  private final long toleranceMillis;
  private volatile long lastLookNanos = System.nanoTime();
  private long wallAheadMillis = wallAhead();

  /**
   * Begins to watch.
   *
   * @param leaseNanos a wall clock that runs ahead by a sixteenth of it was set, or the machine
   *     slept
   */
  ClockWatch(long leaseNanos) {
    toleranceMillis =
        Math.max(MIN_TOLERANCE_MILLIS, TimeUnit.NANOSECONDS.toMillis(leaseNanos / 16));
  }

  /** How long ago the last look was. */
  long sinceLookNanos() {
    return System.nanoTime() - lastLookNanos;
  }

  /** Takes a look. */
  void look() {
    lastLookNanos = System.nanoTime();
  }

  /** By how much the wall clock has jumped ahead since this was asked last; 0 if it has not. */
  long wallJumpMillis() {
    long ahead = wallAhead();
    long jump = ahead - wallAheadMillis;
    wallAheadMillis = ahead;
    return jump > toleranceMillis ? jump : 0;
  }

  private static long wallAhead() {
    long ahead = 0;
    for (int i = 0; i < TRIES; i++) {
      long before = System.nanoTime();
      long wall = System.currentTimeMillis();
      long after = System.nanoTime();
      ahead = wall - TimeUnit.NANOSECONDS.toMillis(before);
      if (after - before < STEADY_NANOS) {
        break;
      }
    }
    return ahead;
  }
}

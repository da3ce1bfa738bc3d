package io.understudy.ha.internal.runtime;

/**
 * Until when a leadership may act, on both clocks. The monotonic clock decides; the wall clock is
 * there because it jumps when a suspended machine wakes, and the monotonic one may not.
 *
 * @param untilNanos end on {@link System#nanoTime()}
 * @param wallUntilMillis end on {@link System#currentTimeMillis()}, with tolerance
 */
record Lease(long untilNanos, long wallUntilMillis) {
  /** What a wall clock may run ahead by ordinary correction before the leadership is given up. */
  private static final long WALL_TOLERANCE_MILLIS = 500;

  static Lease until(long untilNanos) {
    long leftMillis = Math.max(0, untilNanos - System.nanoTime()) / 1_000_000;
    return new Lease(untilNanos, System.currentTimeMillis() + leftMillis + WALL_TOLERANCE_MILLIS);
  }

  boolean runs() {
    return System.nanoTime() - untilNanos < 0 && !isPastOnTheWall();
  }

  boolean isPastOnTheWall() {
    return System.currentTimeMillis() > wallUntilMillis;
  }
}

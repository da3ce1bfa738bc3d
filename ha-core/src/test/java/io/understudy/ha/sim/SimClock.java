package io.understudy.ha.sim;

import io.understudy.ha.internal.runtime.ClockWatch.Reading;

/**
 * A member's two clocks. The monotonic one has an arbitrary offset, and a rate against simulated
 * time that may change; like {@link System#nanoTime()} it may overflow. The wall clock runs at the
 * same rate, because the same slew corrects both. While the machine is suspended the monotonic
 * clock stands still and the wall clock does not.
 */
final class SimClock {
  private static final long WALL_NANOS = 1_790_000_000_000_000_000L;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private long anchorReal;
  private long anchorLocal;
  private double rate;
  private long wallLead;
  private long gapFrom;
  private long gapTo;

  SimClock(long offsetNanos, double rate) {
    this.anchorLocal = offsetNanos;
    this.wallLead = WALL_NANOS - offsetNanos;
    this.rate = rate;
  }

  /** What the monotonic clock shows at a simulated time. */
  long localAt(long realNanos) {
    long running = realNanos - anchorReal - inGap(realNanos);
    return anchorLocal + (long) Math.floor(running * rate);
  }

  /** What both clocks show. */
  Reading readAt(long realNanos) {
    long local = localAt(realNanos);
    return new Reading(local, Math.floorDiv(local + wallLead + inGap(realNanos), NANOS_PER_MILLI));
  }

  private long inGap(long realNanos) {
    return Math.max(0, Math.min(realNanos, gapTo) - gapFrom);
  }

  /** The first simulated time, not before {@code fromReal}, at which the clock shows that much. */
  long realAt(long localNanos, long fromReal) {
    long ahead = localNanos - localAt(fromReal);
    if (ahead <= 0) {
      return fromReal;
    }
    long real = fromReal + (long) Math.floor(ahead / rate);
    long gapAhead = Math.max(gapFrom, fromReal);
    if (real > gapAhead && gapTo > gapAhead) {
      real += gapTo - gapAhead;
    }
    while (localAt(real) - localNanos < 0) {
      real++;
    }
    return real;
  }

  void setRate(double newRate, long nowReal) {
    anchor(nowReal);
    rate = newRate;
  }

  /** Whether a suspension is under way or planned. */
  boolean isSuspended(long nowReal) {
    return gapTo > nowReal;
  }

  /** The monotonic clock will stand still for a while. Only one suspension at a time. */
  void suspend(long nowReal, long fromReal, long nanos) {
    anchor(nowReal);
    gapFrom = fromReal;
    gapTo = fromReal + nanos;
  }

  /** No suspension is under way or planned any more. */
  void resume(long nowReal) {
    anchor(nowReal);
    gapTo = gapFrom;
  }

  /** Somebody sets the wall clock. */
  void setWall(long byNanos) {
    wallLead += byNanos;
  }

  private void anchor(long nowReal) {
    anchorLocal = localAt(nowReal);
    anchorReal = nowReal;
    wallLead += inGap(nowReal);
    gapFrom = Math.max(gapFrom, nowReal);
    gapTo = Math.max(gapTo, gapFrom);
  }

  double rate() {
    return rate;
  }
}

package io.understudy.ha.sim;

/**
 * A member's monotonic clock: an arbitrary offset, and a rate against simulated time that may
 * change. Like {@link System#nanoTime()} it may overflow.
 */
final class SimClock {
  private long anchorReal;
  private long anchorLocal;
  private double rate;

  SimClock(long offsetNanos, double rate) {
    this.anchorLocal = offsetNanos;
    this.rate = rate;
  }

  /** What the clock shows at a simulated time. */
  long localAt(long realNanos) {
    return anchorLocal + (long) Math.floor((realNanos - anchorReal) * rate);
  }

  /** The first simulated time, not before {@code fromReal}, at which the clock shows that much. */
  long realAt(long localNanos, long fromReal) {
    long ahead = localNanos - localAt(fromReal);
    if (ahead <= 0) {
      return fromReal;
    }
    long real = fromReal + (long) Math.floor(ahead / rate);
    while (localAt(real) - localNanos < 0) {
      real++;
    }
    return real;
  }

  void setRate(double newRate, long nowReal) {
    anchorLocal = localAt(nowReal);
    anchorReal = nowReal;
    rate = newRate;
  }

  double rate() {
    return rate;
  }
}

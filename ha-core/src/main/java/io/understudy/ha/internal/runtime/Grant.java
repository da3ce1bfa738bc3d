package io.understudy.ha.internal.runtime;

import io.understudy.ha.Leadership;
import java.time.Duration;

/**
 * The leadership that the application holds. Extended and ended by the election thread; read by
 * all.
 */
final class Grant implements Leadership {
  private static final Lease ENDED = new Lease(0, Long.MIN_VALUE);

  private final String role;
  private final long epoch;
  private volatile Lease lease;

  Grant(String role, long epoch, long untilNanos) {
    this.role = role;
    this.epoch = epoch;
    this.lease = Lease.until(untilNanos);
  }

  void extend(long untilNanos) {
    if (lease.runs()) { // what has ended stays ended: the next look gives the role up
      lease = Lease.until(untilNanos);
    }
  }

  void end() {
    lease = ENDED;
  }

  boolean isEnded() {
    return lease.equals(ENDED);
  }

  /** A caller may have seen it end, though nobody has ended it yet. */
  boolean ranOut() {
    Lease current = lease;
    return !current.equals(ENDED) && !current.runs();
  }

  @Override
  public String role() {
    return role;
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public boolean isValid() {
    return lease.runs();
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

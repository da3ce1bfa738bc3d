package io.understudy.ha.internal.election;

import io.understudy.ha.Timing;

/**
 * The cluster's time values in nanoseconds, and what follows from them.
 *
 * @param leaseNanos {@code L}
 * @param heartbeatNanos {@code H}
 * @param rho bound on each clock's rate against real time
 */
public record TimeValues(long leaseNanos, long heartbeatNanos, double rho) {
  /** From the public form. */
  public static TimeValues of(Timing timing) {
    return new TimeValues(
        timing.lease().toNanos(), timing.heartbeat().toNanos(), timing.clockRateError());
  }

  /**
   * {@code P = L(1+rho)/(1-rho)}: a voter's fastest clock measures at least this much while a
   * leader's slowest clock measures a lease. Rounded up.
   */
  public long promiseNanos() {
    return (long) Math.ceil(leaseNanos * (1 + rho) / (1 - rho)) + 1;
  }

  /** How long a candidate waits for its votes before it withdraws. */
  public long roundNanos() {
    return leaseNanos / 2;
  }

  /** How long a canvass waits for answers, and how often an unanswered request is sent again. */
  public long retryNanos() {
    return leaseNanos / 8;
  }

  /** The smallest delay between two ranks; grows with the observed round trip. */
  public long minStepNanos() {
    return leaseNanos / 40;
  }
}

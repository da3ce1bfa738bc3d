package io.understudy.ha;

import java.time.Duration;

/**
 * The cluster's time values. All members must use the same; a member with others is refused.
 *
 * @param lease how long a leader may act on one acknowledged round, default 2 s; 100 ms to 10 min.
 *     Choose more than eight times the slowest round trip between members, an fsync at the other
 *     end included: a question that is not answered within an eighth of the lease is asked anew
 * @param heartbeat how often a leader renews, default a fifth of the lease; at least 10 ms and at
 *     most a third of the lease
 * @param clockRateError bound on each clock's rate against real time ({@code rho}), default 0.09
 *     because chrony may slew the monotonic clock by 8.4 %; at least 0 and below 0.5
 */
public record Timing(Duration lease, Duration heartbeat, double clockRateError) {
  /** Lease 2 s, heartbeat 400 ms, clock rate error 9 %. */
  public static final Timing DEFAULT = ofLease(Duration.ofSeconds(2));

  /**
   * Default heartbeat and clock rate error for a lease.
   *
   * @param lease the lease
   * @return the timing
   */
  public static Timing ofLease(Duration lease) {
    return new Timing(lease, lease.dividedBy(5), 0.09);
  }

  /**
   * With another bound on the clock rate.
   *
   * @param rho the bound
   * @return a changed copy
   */
  public Timing withClockRateError(double rho) {
    return new Timing(lease, heartbeat, rho);
  }

  /**
   * With another heartbeat interval.
   *
   * @param interval the interval
   * @return a changed copy
   */
  public Timing withHeartbeat(Duration interval) {
    return new Timing(lease, interval, clockRateError);
  }
}

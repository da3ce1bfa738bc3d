package io.understudy.ha.internal.exclusion;

import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.spi.FenceHook;
import org.jspecify.annotations.Nullable;

/**
 * What does not change while a node runs.
 *
 * @param times the cluster's time values
 * @param fenceRequired whether neither time nor the death of a process is enough
 * @param hook what a confirmed answer of this member's fence hook means; null if it has none
 */
public record ExclusionSettings(
    TimeValues times, boolean fenceRequired, FenceHook.@Nullable Scope hook) {
  private static final long MAX_CLEAR_NANOS = 500_000_000;

  /**
   * What this member's clock may show while another's, within the bound, shows so much. The other
   * one may run slow by rho and this one fast by it, as with promises.
   */
  long onAnyClock(long nanos) {
    double rho = times.rho();
    return (long) Math.ceil(nanos * ((1 + rho) / (1 - rho))) + 1;
  }

  /** How long a leader that has stopped its group waits until the register says so. */
  long clearLimitNanos() {
    return Math.min(times.leaseNanos() / 4, MAX_CLEAR_NANOS);
  }
}

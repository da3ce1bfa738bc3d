package io.understudy.jdbc.internal.routing;

import java.util.List;

/**
 * What the machine is told once.
 *
 * @param masters their names, in order of preference
 * @param probeFailures after how many failures in a row a master counts as gone
 * @param retryNanos how long to wait after an action failed
 * @param openUnapplied whether to open a candidate that could not apply in time what it received
 * @param maxLagSeconds how far the next writer may be behind when a planned change begins
 * @param plannedNanos how long an order for a planned change may wait until it begins, and how long
 *     nobody may write for it in one direction before people are told that it is stuck
 * @param handOverNanos how long another member must see more before it is handed the role
 * @param minimumWriterNanos how long a writer stays that an unplanned change made
 */
public record Rules(
    List<String> masters,
    int probeFailures,
    long retryNanos,
    boolean openUnapplied,
    long maxLagSeconds,
    long plannedNanos,
    long handOverNanos,
    long minimumWriterNanos) {
  /** Those by which no unplanned change ever waits. */
  Rules(
      List<String> masters,
      int probeFailures,
      long retryNanos,
      boolean openUnapplied,
      long maxLagSeconds,
      long plannedNanos,
      long handOverNanos) {
    this(
        masters,
        probeFailures,
        retryNanos,
        openUnapplied,
        maxLagSeconds,
        plannedNanos,
        handOverNanos,
        0);
  }

  /** Copies. */
  public Rules {
    masters = List.copyOf(masters);
  }
}

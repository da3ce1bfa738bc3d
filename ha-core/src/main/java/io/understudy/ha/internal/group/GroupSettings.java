package io.understudy.ha.internal.group;

import java.util.List;

/**
 * What a group consists of, and how patient it is. All times in nanoseconds.
 *
 * @param resources the names, in the order in which they are started; stopped in reverse
 * @param checkIntervalNanos how long after a round of checks the next one begins
 * @param checkLimitNanos how long one check may take
 * @param startLimitNanos how long one start may take
 * @param stopLimitNanos how long the whole group may take to stop; from the end of the lease on
 * @param restartLimit how many failures of a resource are answered by a restart in place; the next
 *     one makes the member ineligible
 * @param failureExpiryNanos how long after the last failure of a resource its count is forgotten
 */
public record GroupSettings(
    List<String> resources,
    long checkIntervalNanos,
    long checkLimitNanos,
    long startLimitNanos,
    long stopLimitNanos,
    int restartLimit,
    long failureExpiryNanos) {
  private static final long LONGEST_STOP_RETRY_NANOS = 30_000_000_000L;

  /** Copies. */
  public GroupSettings {
    resources = List.copyOf(resources);
  }

  int size() {
    return resources.size();
  }

  /** How long after a stop that failed the next attempt is made. */
  long stopRetryNanos() {
    return stopLimitNanos / 8;
  }

  /** The same where no deadline presses, after many attempts. */
  long longestStopRetryNanos() {
    return Math.min(LONGEST_STOP_RETRY_NANOS, failureExpiryNanos);
  }

  /** When of the time to stop so much is left, a stop that hangs is interrupted. */
  long interruptLeadNanos() {
    return stopLimitNanos / 4;
  }

  /** How long a call that was interrupted may take to return before it is left to itself. */
  long graceNanos() {
    return stopLimitNanos / 8;
  }
}

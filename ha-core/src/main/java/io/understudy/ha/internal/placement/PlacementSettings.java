package io.understudy.ha.internal.placement;

/**
 * The times of a {@link PlacementMachine}.
 *
 * @param settleNanos how long a leader waits for what may pass, and leads at least before a
 *     fail-back. Longer than it takes until what happens to all shows at all: an interval of the
 *     probes with its time-out, and two intervals of the reports; and longer than an election
 * @param retryNanos after how long a refused move to the same member is tried again; doubled each
 *     time
 * @param longestRetryNanos the longest such pause; the first one after a move that was accepted and
 *     led nowhere, which is doubled up to 60 times this
 * @param moveLimitNanos how long a move may take before it counts as failed; longer than the
 *     resources take to stop
 */
public record PlacementSettings(
    long settleNanos, long retryNanos, long longestRetryNanos, long moveLimitNanos) {
  /** After so many refused moves of every member that could lead, a role is given up. */
  static final int TRIES = 3;

  /** The longest pause after moves in vain, in longest pauses after refusals. */
  private static final int LONGEST_IN_VAIN = 60;

  /**
   * Checks.
   *
   * @throws IllegalArgumentException if a time is not positive, or the bounds are crossed
   */
  public PlacementSettings {
    if (settleNanos <= 0 || retryNanos <= 0 || moveLimitNanos <= 0) {
      throw new IllegalArgumentException(
          "settle %d, retry %d and move limit %d ns must be positive"
              .formatted(settleNanos, retryNanos, moveLimitNanos));
    }
    if (longestRetryNanos < retryNanos) {
      throw new IllegalArgumentException(
          "the longest pause, %d ns, is shorter than the first, %d ns"
              .formatted(longestRetryNanos, retryNanos));
    }
  }

  /** The pause after so many refusals. */
  long pauseNanos(int refusals) {
    return doubled(retryNanos, refusals, longestRetryNanos);
  }

  /**
   * The pause after so many moves that were accepted and led nowhere. Each has stopped what worked,
   * and started it again: so it begins where the pauses after refusals end.
   */
  long pauseInVainNanos(int moves) {
    return doubled(longestRetryNanos, moves, longestInVainNanos());
  }

  long longestInVainNanos() {
    return LONGEST_IN_VAIN * longestRetryNanos;
  }

  private static long doubled(long first, int times, long longest) {
    long pause = first;
    for (int i = 1; i < times && pause < longest; i++) {
      pause *= 2;
    }
    return Math.min(pause, longest);
  }
}

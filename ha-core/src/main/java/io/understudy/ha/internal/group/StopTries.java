package io.understudy.ha.internal.group;

/**
 * How often stops have failed one after the other, for one aim.
 *
 * @param count the failures since the last stop that succeeded, or since the aim changed
 * @param reason of the last one; empty if there is none
 */
public record StopTries(int count, String reason) {
  static final StopTries NONE = new StopTries(0, "");

  private static final int MOST_DOUBLINGS = 20;

  StopTries another(String why) {
    return new StopTries(Math.min(count + 1, Integer.MAX_VALUE - 1), why);
  }

  /** Whether people should hear of the next failure: another reason, or the second, fourth ... */
  boolean isNews(String why) {
    return !why.equals(reason) || Integer.bitCount(count + 1) == 1;
  }

  /** The first pause, doubled with each failure after the first, up to the longest. */
  long pauseNanos(long firstNanos, long longestNanos) {
    long doubled = firstNanos << Math.min(Math.max(0, count - 1), MOST_DOUBLINGS);
    return Math.min(Math.max(firstNanos, longestNanos), doubled);
  }
}

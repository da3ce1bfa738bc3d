package io.understudy.ha.internal.facts;

/**
 * A report, or a part of one that is too long for a message. Each part has all but the roles, and
 * some of these.
 *
 * @param index from 0
 * @param count how many parts there are, 1 to {@value #MAX_COUNT}
 * @param report what is in it
 */
public record ReportPart(int index, int count, Report report) {
  /** Enough for all roles that a cluster can have. */
  public static final int MAX_COUNT = 32;

  /**
   * Checks.
   *
   * @throws IllegalArgumentException if there is no such part
   */
  public ReportPart {
    if (count < 1 || count > MAX_COUNT || index < 0 || index >= count) {
      throw new IllegalArgumentException("part " + index + " of " + count);
    }
  }
}

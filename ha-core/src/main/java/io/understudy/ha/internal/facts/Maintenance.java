package io.understudy.ha.internal.facts;

/**
 * Whether the cluster changes nothing by itself, and whose word that is. The last word wins: the
 * one with the higher number, and of two that were said at once always the same one. Immutable.
 *
 * @param number of the word; greater than that of any word that was known where it was said
 * @param by the member at which it was said; empty for the beginning
 * @param on whether nothing is to change
 */
public record Maintenance(long number, String by, boolean on) {
  /** Nobody has said anything. */
  public static final Maintenance NEVER = new Maintenance(0, "", false);

  /** Above that no number is believed, so that there is always one more. */
  public static final long MAX_NUMBER = Long.MAX_VALUE / 2;

  /**
   * The next word.
   *
   * @param member at which it is said
   * @param wanted whether nothing is to change
   * @return a word that wins over this one
   */
  public Maintenance next(String member, boolean wanted) {
    return new Maintenance(number + 1, member, wanted);
  }

  /**
   * Whether this word wins.
   *
   * @param other another one
   * @return false for the same one, too
   */
  public boolean isNewerThan(Maintenance other) {
    if (number != other.number) {
      return number > other.number;
    }
    int order = by.compareTo(other.by);
    return order > 0 || (order == 0 && on && !other.on);
  }
}

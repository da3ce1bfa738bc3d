package io.understudy.ha;

/**
 * One entry of the roster: a configured member and its votes.
 *
 * @param member the member
 * @param votes its votes, 0 to 100
 * @param witness whether it votes and never leads
 */
public record RosterMember(MemberId member, int votes, boolean witness) {
  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if {@code votes} is out of bounds
   */
  public RosterMember {
    if (votes < 0 || votes > 100) {
      throw new IllegalArgumentException(
          "member " + member + " has " + votes + " votes; 0 to 100 are possible");
    }
  }

  /**
   * Reads {@code name} or {@code name:witness}; one vote each.
   *
   * @param text the entry
   * @return the roster member
   * @throws IllegalArgumentException if the text has another form
   */
  public static RosterMember parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return new RosterMember(MemberId.of(text.strip()), 1, false);
    }
    String suffix = text.substring(colon + 1).strip();
    if (!"witness".equals(suffix)) {
      throw new IllegalArgumentException(
          "roster entry '" + text + "' has the suffix '" + suffix + "'; only ':witness' is known");
    }
    return new RosterMember(MemberId.of(text.substring(0, colon).strip()), 1, true);
  }
}

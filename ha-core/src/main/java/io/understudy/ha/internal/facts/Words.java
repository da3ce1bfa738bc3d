package io.understudy.ha.internal.facts;

/** Reasons as they are told to other members: short, and on one line of a log. */
public final class Words {
  private static final String MORE = "...";

  private Words() {}

  /**
   * Cuts a reason; the end shows that something is missing.
   *
   * @param reason any text
   * @param length how many characters it may have; at least 3
   * @return the text without control characters
   */
  public static String cut(String reason, int length) {
    String line = reason.chars().anyMatch(Character::isISOControl) ? plain(reason) : reason;
    return line.length() <= length ? line : line.substring(0, length - MORE.length()) + MORE;
  }

  private static String plain(String reason) {
    StringBuilder line = new StringBuilder(reason);
    for (int i = 0; i < line.length(); i++) {
      if (Character.isISOControl(line.charAt(i))) {
        line.setCharAt(i, ' ');
      }
    }
    return line.toString();
  }
}

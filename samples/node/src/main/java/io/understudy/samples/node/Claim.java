package io.understudy.samples.node;

import java.util.regex.Pattern;

/**
 * One line of a claims file: at some instant from {@code beforeNanos} to {@code afterNanos} the
 * node's lease of the role was valid.
 *
 * @param node who claims
 * @param role the role
 * @param epoch the epoch of the leadership
 * @param beforeNanos the monotonic clock before the check
 * @param afterNanos the monotonic clock after the check
 */
record Claim(String node, String role, long epoch, long beforeNanos, long afterNanos) {
  private static final Pattern SPACE = Pattern.compile(" ");
  private static final int FIELDS = 5;

  /** Reads a line that {@link ClaimsWriter} wrote. */
  static Claim parse(String line) {
    String[] fields = SPACE.split(line, -1);
    try {
      if (fields.length == FIELDS) {
        return new Claim(
            fields[0],
            fields[1],
            Long.parseLong(fields[2]),
            Long.parseLong(fields[3]),
            Long.parseLong(fields[4]));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + line + "' is no claim: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "'" + line + "' is no claim: it has " + fields.length + " fields, not " + FIELDS);
  }
}

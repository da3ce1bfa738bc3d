package io.understudy.samples.gameday;

import java.util.List;

/**
 * One line of a claims file: at some instant from {@code beforeNanos} to {@code afterNanos} a
 * member's lease of a role was valid.
 *
 * @param member who claims
 * @param role the role
 * @param epoch the epoch of the leadership
 * @param beforeNanos the machine's monotonic clock before the check
 * @param afterNanos the same after it
 */
record Claim(String member, String role, long epoch, long beforeNanos, long afterNanos) {
  private static final int FIELDS = 5;

  String line() {
    return String.join(
        " ",
        member,
        role,
        Long.toString(epoch),
        Long.toString(beforeNanos),
        Long.toString(afterNanos));
  }

  static Claim parse(String line) {
    List<String> fields = List.of(line.split(" ", -1));
    if (fields.size() != FIELDS) {
      throw new IllegalArgumentException(
          "'%s' is no claim: it has %d fields, not %d".formatted(line, fields.size(), FIELDS));
    }
    return new Claim(
        fields.get(0),
        fields.get(1),
        Long.parseLong(fields.get(2)),
        Long.parseLong(fields.get(3)),
        Long.parseLong(fields.get(4)));
  }
}

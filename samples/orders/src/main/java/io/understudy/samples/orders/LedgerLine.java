package io.understudy.samples.orders;

import java.util.regex.Pattern;

/**
 * What became of one attempt to store an order.
 *
 * @param monoNanos when it was certain ({@link System#nanoTime()})
 * @param member whose attempt
 * @param client which of its clients
 * @param sequence the client's number for the order, the same when it is repeated
 * @param outcome what became of it
 * @param id the order's id, 0 if none was issued
 * @param master who was written to, {@code -} if nobody
 * @param generation of the assignment that named the master, 0 if none did
 * @param sqlState of the failure, {@link #NO_STATE} if it has none, {@link #SUCCESS} without one
 */
record LedgerLine(
    long monoNanos,
    String member,
    int client,
    long sequence,
    Kind outcome,
    long id,
    String master,
    long generation,
    String sqlState) {
  static final String SUCCESS = "00000";
  static final String NOBODY = "-";
  static final String NO_STATE = "-";
  private static final Pattern SPACE = Pattern.compile(" ");
  private static final int FIELDS = 9;

  /** What may become of an attempt. */
  enum Kind {
    /** Stored: the commit was answered. */
    ACK,
    /** Left nothing: it was not executed. */
    NOT_EXECUTED,
    /** Left nothing: it was rolled back. */
    ROLLED_BACK,
    /** Stored, as was found out after an answer had been lost. */
    COMMITTED,
    /** Nobody knows. */
    UNKNOWN,
    /** Failed in a way that the library has no word for. */
    ERROR;

    /** Whether it certainly left nothing. */
    boolean mayRepeat() {
      return this == NOT_EXECUTED || this == ROLLED_BACK;
    }

    /** Whether the caller was told that it is stored. */
    boolean isStored() {
      return this == ACK || this == COMMITTED;
    }
  }

  /** Reads a line that {@link #text} wrote. */
  static LedgerLine parse(String line) {
    String[] fields = SPACE.split(line, -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException(
          "'%s' is no line of a ledger: it has %d fields, not %d"
              .formatted(line, fields.length, FIELDS));
    }
    return new LedgerLine(
        Long.parseLong(fields[0]),
        fields[1],
        Integer.parseInt(fields[2]),
        Long.parseLong(fields[3]),
        Kind.valueOf(fields[4]),
        Long.parseLong(fields[5]),
        fields[6],
        Long.parseLong(fields[7]),
        fields[8]);
  }

  String text() {
    return String.join(
        " ",
        Long.toString(monoNanos),
        member,
        Integer.toString(client),
        Long.toString(sequence),
        outcome.name(),
        Long.toString(id),
        master,
        Long.toString(generation),
        sqlState);
  }
}

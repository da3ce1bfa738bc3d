package io.understudy.samples.gameday;

/**
 * One request that the client made.
 *
 * @param reference the customer's name for the order
 * @param app which application was asked
 * @param outcome what came of it
 * @param id the order's id if it was acknowledged, else 0
 * @param doneNanos when the answer, or its absence, was certain ({@link System#nanoTime()})
 */
record Attempt(String reference, String app, Outcome outcome, long id, long doneNanos) {

  /** What may come of a request. */
  enum Outcome {
    /** 201: stored, with an id. */
    ACKNOWLEDGED("answers"),
    /** 503: not stored. */
    UNAVAILABLE("answers 503: not stored, the customer tries the next application"),
    /** Nobody listens: not stored. */
    NOT_CONNECTED("refuses connections: the customer tries the next application"),
    /** No answer in time, a broken connection or another status: nobody knows. */
    UNKNOWN("gives no clear answer: the customer does not place that order again");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }

    /** In words, the application being the subject. */
    String words() {
      return words;
    }

    /** Whether the same order may be placed elsewhere. */
    boolean mayRepeat() {
      return this == UNAVAILABLE || this == NOT_CONNECTED;
    }
  }

  boolean isAcknowledged() {
    return outcome == Outcome.ACKNOWLEDGED;
  }
}

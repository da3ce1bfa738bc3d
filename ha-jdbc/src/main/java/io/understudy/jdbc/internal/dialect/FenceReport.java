package io.understudy.jdbc.internal.dialect;

import java.util.List;

/**
 * What it took to close a server.
 *
 * @param ended the sessions that were ended, and why
 */
public record FenceReport(List<Ended> ended) {
  /** Copies. */
  public FenceReport {
    ended = List.copyOf(ended);
  }

  /**
   * A session that was ended.
   *
   * @param session who it was
   * @param why what it did
   */
  public record Ended(Session session, String why) {
    @Override
    public String toString() {
      return session + " " + why;
    }
  }

  /**
   * A session of an account that is neither the manager's nor replication's.
   *
   * @param id its number
   * @param user its account
   * @param host where it came from
   * @param command what it does, in the server's word
   * @param state how far that is, in the server's words
   * @param statement the head of its statement, empty without one
   */
  public record Session(
      long id, String user, String host, String command, String state, String statement) {
    private static final int MOST_CHARS = 80;

    /** Shortens. */
    public Session {
      String line = statement.replaceAll("\\s+", " ").strip();
      statement = line.length() <= MOST_CHARS ? line : line.substring(0, MOST_CHARS - 3) + "...";
    }

    /** Whether it runs a statement that changes something, or may. */
    boolean isWriting() {
      String verb = statement.replaceFirst("^[(\\s]+", "");
      boolean reads = verb.matches("(?is)(SELECT|SHOW|EXPLAIN|DESC|DESCRIBE|SET|USE)\\b.*");
      return !command.equals("Sleep") && !statement.isEmpty() && !reads;
    }

    /** Whether it is in the middle of a commit, and must not be ended. */
    boolean isCommitting() {
      return Writes.isCommit(state, statement);
    }

    /**
     * Whether it has committed, and waits for another server to say that it has the transaction.
     */
    boolean awaitsAck() {
      return Writes.isAwaitingAck(state);
    }

    @Override
    public String toString() {
      return "%d %s@%s '%s'".formatted(id, user, host, statement);
    }
  }
}

package io.understudy.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the sessions of a server show of writes that do not end.
 *
 * @param awaitsSpace the state of a session that waits for space on a disk, in the server's words;
 *     empty if none says so
 * @param committing the sessions that are in the middle of a commit
 * @param awaitsAck whether one waits for another server to say that it has the transaction; those
 *     that commit behind it look as if they hung
 */
public record Writes(String awaitsSpace, Set<Long> committing, boolean awaitsAck) {
  /** MariaDB since 10.11.10 and 11.4.4, and MySQL for what is no binary log. */
  private static final Set<String> AWAITING =
      Set.of("Waiting for someone to free space", "Waiting for disk space");

  /** MySQL, MariaDB: also while the binary log is written, for however long. */
  private static final Set<String> COMMITTING = Set.of("waiting for handler commit", "Commit");

  /** MariaDB up to 10.11 shows it as a statement that starts, also while it is carried out. */
  private static final Pattern COMMIT =
      Pattern.compile("\\s*(XA\\s+)?COMMIT\\b", Pattern.CASE_INSENSITIVE);

  /** Copies. */
  public Writes {
    committing = Set.copyOf(committing);
  }

  /** Not from information_schema: MySQL makes a table for the answer, on the disk that is full. */
  static Writes of(Connection connection) throws SQLException {
    String awaits = "";
    boolean awaitsAck = false;
    Set<Long> committing = new HashSet<>();
    for (Map<String, String> row : Sql.rows(connection, "SHOW PROCESSLIST")) {
      String state = Sql.text(row, "state");
      awaitsAck |= isAwaitingAck(state);
      if (isCommit(state, Sql.text(row, "info"))) {
        committing.add(Sql.number(row, "id"));
        awaits = AWAITING.contains(state) ? state : awaits;
      }
    }
    return new Writes(awaits, committing, awaitsAck);
  }

  /**
   * Whether a session in this state commits, with this statement. Ending it in the middle breaks
   * the binary log of MariaDB for good (MDEV-27803) and makes MySQL abort.
   */
  static boolean isCommit(String state, String statement) {
    return COMMITTING.contains(state)
        || AWAITING.contains(state)
        || (state.equalsIgnoreCase("starting") && COMMIT.matcher(statement).lookingAt());
  }

  /** Whether a session in this state has committed, and waits for another server's word. */
  static boolean isAwaitingAck(String state) {
    return state.contains("semi-sync ACK");
  }
}

package io.understudy.jdbc.internal.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;

/** What a server or driver says about a session, in its own codes. */
final class ServerFailure {
  private static final int INTERRUPTED = 1317;
  private static final int ALIVE_SECONDS = 1;

  /** The server shuts down; MariaDB killed the session; MySQL ended it. */
  private static final Set<Integer> ENDED = Set.of(1053, 1927, 4031);

  private ServerFailure() {}

  /** Whether the session is over for certain. */
  static boolean isBreak(SQLException e) {
    String state = e.getSQLState();
    return (state != null && state.startsWith("08")) || ENDED.contains(e.getErrorCode());
  }

  /**
   * Whether the session is over. A killed session and a killed statement have one code: of a commit
   * nobody knows what came of it either way, and after a statement the session is asked whether it
   * lives.
   */
  static boolean isBreak(SQLException e, Connection session, Work work) {
    return isBreak(e) || (isInterrupted(e) && (work == Work.COMMIT || !isAlive(session)));
  }

  private static boolean isInterrupted(SQLException e) {
    return e.getErrorCode() == INTERRUPTED || "70100".equals(e.getSQLState());
  }

  private static boolean isAlive(Connection session) {
    try {
      return session.isValid(ALIVE_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }

  /** 1290 stands for several server options, of which two make a server read-only. */
  static boolean isReadOnlyRefusal(SQLException e) {
    int code = e.getErrorCode();
    if (code == 1836 || code == 3032) {
      return true;
    }
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return code == 1290 && (message.contains("read-only") || message.contains("read_only"));
  }

  static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
  }
}

package io.understudy.jdbc.internal.connection;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;

/** What it means that a pool gave no connection. */
final class PoolFailure {
  private PoolFailure() {}

  /**
   * Whether it may give one later, or another writer's pool may. A wrong password does not pass.
   * Pools wrap what the driver said, and have no SQLState for "nothing free in time".
   */
  static boolean isPassing(SQLException e) {
    if (isWrongAccount(e)) {
      return false;
    }
    boolean said = false;
    for (Throwable at = e; at != null && at != at.getCause(); at = at.getCause()) {
      if (at instanceof SQLTransientConnectionException || at instanceof SQLTimeoutException) {
        return true;
      }
      String state = at instanceof SQLException known ? known.getSQLState() : null;
      if (state != null && state.startsWith("08")) {
        return true;
      }
      said |= state != null && !state.isEmpty();
    }
    return !said;
  }

  /** HikariCP wraps that too in an exception that is transient by its type. */
  private static boolean isWrongAccount(SQLException e) {
    for (Throwable at = e; at != null && at != at.getCause(); at = at.getCause()) {
      if (at instanceof SQLException known
          && known.getSQLState() != null
          && known.getSQLState().startsWith("28")) {
        return true;
      }
    }
    return false;
  }
}

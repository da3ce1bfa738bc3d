package io.understudy.jdbc.internal.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool's connection whose session is read-only at the server, for as long as it is out. The
 * driver is told so too, since pools set that back; but a driver may keep it to itself, so the
 * server is told in any case. A session that cannot be set back does not return to its pool.
 */
final class ReadOnlySession {
  private static final Logger log = LoggerFactory.getLogger(ReadOnlySession.class);

  private final DataSource pool;
  private final Connection connection;
  private final Executor helpers;
  private final boolean before;

  private ReadOnlySession(
      DataSource pool, Connection connection, Executor helpers, boolean before) {
    this.pool = pool;
    this.connection = connection;
    this.helpers = helpers;
    this.before = before;
  }

  /**
   * Borrows one. An open transaction would stay read-write, so there must be none.
   *
   * @throws SQLException if the pool gives none, or the server does not make it read-only
   */
  static ReadOnlySession borrow(DataSource pool, Executor helpers) throws SQLException {
    Connection connection = pool.getConnection();
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
      boolean before = connection.isReadOnly();
      connection.setReadOnly(true);
      execute(connection, "SET SESSION TRANSACTION READ ONLY");
      return new ReadOnlySession(pool, connection, helpers, before);
    } catch (SQLException | RuntimeException e) {
      KnownPool.discard(pool, connection);
      throw e;
    }
  }

  Connection connection() {
    return connection;
  }

  /** Ends what is open, sets the session back and returns it. */
  void giveBack() throws SQLException {
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
      connection.setReadOnly(before);
      execute(connection, "SET SESSION TRANSACTION " + (before ? "READ ONLY" : "READ WRITE"));
    } catch (SQLException | RuntimeException e) {
      log.debug("a session could not be set back after reading, so it ends", e);
      discard();
      return;
    }
    connection.close();
  }

  /** Ends it: it is of no use any more. */
  void discard() {
    helpers.execute(() -> KnownPool.discard(pool, connection));
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean unused = statement.execute(sql);
    }
  }
}

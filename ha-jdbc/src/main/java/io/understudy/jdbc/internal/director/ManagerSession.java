package io.understudy.jdbc.internal.director;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.Gap;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Findings;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * The one session in which a director works on one server. It never reconnects: a successor ends it
 * to be sure that nothing of this director reaches the server any more. Used by one thread.
 */
final class ManagerSession {
  /** For how long a server may wait for locks before it refuses writes, all in all. */
  static final Duration LOCK_WAIT = Duration.ofSeconds(1);

  private final Connection connection;
  private final Dialect dialect;
  private final Duration answerTimeout;

  private ManagerSession(Connection connection, Dialect dialect, Duration answerTimeout) {
    this.connection = connection;
    this.dialect = dialect;
    this.answerTimeout = answerTimeout;
  }

  /** Takes over a fresh connection, and the server's lock with it. */
  static ManagerSession begin(Connection connection, String lock, Duration answerTimeout)
      throws SQLException {
    connection.setAutoCommit(true);
    bound(connection, answerTimeout.plusSeconds(2)); // what the lock may take
    Dialect.takeLock(connection, lock);
    return new ManagerSession(connection, Dialect.of(connection), answerTimeout);
  }

  Healthy probe(String own, Map<String, String> positions) throws SQLException {
    bound(connection, answerTimeout);
    ServerFacts facts = dialect.facts(connection);
    Map<String, Long> lacking = new HashMap<>();
    Map<String, String> missing = new HashMap<>();
    String unfit = "";
    for (Map.Entry<String, String> other : positions.entrySet()) {
      if (!other.getKey().equals(own)) {
        Gap gap = dialect.gap(connection, other.getValue());
        lacking.put(other.getKey(), gap.count());
        missing.put(other.getKey(), gap.gtids());
        unfit = gap.lost() > 0 ? lost(own, other.getKey(), gap) : unfit;
      }
    }
    return new Healthy(facts, lacking, new Findings(missing, unfit, ""));
  }

  private static String lost(String own, String other, Gap gap) {
    return ("%1$s lacks %2$d transactions that it wrote itself and that %3$s has (in %4$s), and would issue"
            + " their ids again: its data are older than what it had told others. Copy it anew from %3$s,"
            + " with the whole GTID position (MariaDB: RESET MASTER before gtid_slave_pos is set)")
        .formatted(own, gap.lost(), other, gap.gtids());
  }

  /**
   * Makes the server refuse writes. A server may take several locks for that and wait for each, so
   * the network's time-out is what bounds it all; the session that is broken then is ended by the
   * next one, and its statement with it.
   *
   * @throws SQLTimeoutException if the server does not answer at all
   */
  void fence() throws SQLException {
    bound(connection, answerTimeout);
    dialect.facts(connection); // who does not answer this hangs; who answers waits for locks below
    bound(connection, LOCK_WAIT.plus(answerTimeout));
    try {
      dialect.fence(connection);
    } catch (SQLException e) {
      if (!isTimeout(e)) {
        throw e;
      }
      throw new SQLNonTransientConnectionException(
          "it waits for locks for more than %d ms: %s"
              .formatted(LOCK_WAIT.toMillis(), e.getMessage()),
          "08S01");
    }
  }

  /** Opens a server that has all that it ever told others; the rest is for replication. */
  void open(String own, Map<String, String> positions) throws SQLException {
    bound(connection, answerTimeout);
    for (Map.Entry<String, String> other : positions.entrySet()) {
      Gap gap = dialect.gap(connection, other.getValue());
      if (!other.getKey().equals(own) && gap.lost() > 0) {
        throw new SQLException(lost(own, other.getKey(), gap));
      }
    }
    dialect.open(connection);
  }

  void follow() throws SQLException {
    bound(connection, answerTimeout.plusSeconds(2));
    dialect.startReplication(connection);
  }

  void catchUp(CatchUp action, Duration limit) throws SQLException {
    bound(connection, answerTimeout.plus(limit));
    if (!action.detach()) {
      for (String position : action.positions()) {
        requireApplied(position, limit);
      }
      return;
    }
    String received = dialect.stopFetching(connection);
    requireApplied(received, limit);
    dialect.stopReplication(connection);
  }

  private void requireApplied(String position, Duration limit) throws SQLException {
    boolean applied =
        position.isEmpty()
            || dialect.gap(connection, position).count() == 0
            || dialect.awaitApplied(connection, position, limit)
            || dialect.gap(connection, position).count() == 0;
    if (!applied) {
      Gap gap = dialect.gap(connection, position);
      throw new SQLException(
          "%d transactions are not applied after %d s: %s (replication: %s)"
              .formatted(
                  gap.count(),
                  limit.toSeconds(),
                  gap.gtids(),
                  dialect.facts(connection).replication()));
    }
  }

  /** Whether the server said nothing in time; drivers say it in different ways. */
  static boolean isTimeout(SQLException e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof SocketTimeoutException || at instanceof SQLTimeoutException) {
        return true;
      }
    }
    return false;
  }

  /** Ends the session without waiting: a suspect connection may block whoever closes it. */
  void abandon(Executor helpers) {
    helpers.execute(
        () -> {
          try {
            connection.abort(Runnable::run);
          } catch (SQLException e) {
            // It is not used again in any case; the server ends the session when it notices.
          }
        });
  }

  private static void bound(Connection connection, Duration limit) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, (int) limit.toMillis());
  }
}

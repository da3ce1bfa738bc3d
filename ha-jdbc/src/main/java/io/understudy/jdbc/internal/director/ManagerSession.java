package io.understudy.jdbc.internal.director;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * The one session in which a director works on one server. It never reconnects: a successor ends it
 * to be sure that nothing of this director reaches the server any more. Used by one thread.
 */
final class ManagerSession {
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
    for (Map.Entry<String, String> other : positions.entrySet()) {
      if (!other.getKey().equals(own)) {
        lacking.put(other.getKey(), dialect.lacking(connection, other.getValue()));
      }
    }
    return new Healthy(facts, lacking);
  }

  void fence() throws SQLException {
    bound(connection, answerTimeout.plusSeconds(2)); // what waiting for locks may take
    dialect.fence(connection);
  }

  void open() throws SQLException {
    bound(connection, answerTimeout.plusSeconds(2));
    dialect.open(connection);
  }

  void follow() throws SQLException {
    bound(connection, answerTimeout.plusSeconds(2));
    dialect.startReplication(connection);
  }

  void catchUp(CatchUp action, Duration limit) throws SQLException {
    bound(connection, answerTimeout.plus(limit).plusSeconds(2));
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
            || dialect.lacking(connection, position) == 0
            || dialect.awaitApplied(connection, position, limit)
            || dialect.lacking(connection, position) == 0;
    if (!applied) {
      ServerFacts facts = dialect.facts(connection);
      throw new SQLException(
          "%d transactions are not applied after %d s (replication: %s)"
              .formatted(
                  dialect.lacking(connection, position), limit.toSeconds(), facts.replication()));
    }
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

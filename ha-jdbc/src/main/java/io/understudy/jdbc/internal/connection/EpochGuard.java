package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.internal.connection.GuardedConnection.Call;
import io.understudy.jdbc.internal.dialect.EpochTable;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets nothing be committed but under the generation that the database names. It asks directly
 * before each commit, in the same transaction, and the answer holds until the commit is done: so
 * the director, who changes that name, waits for a commit and never for a whole transaction. One
 * for all connections; threadsafe.
 */
final class EpochGuard {
  private final EpochTable epochs;

  EpochGuard(EpochTable epochs) {
    this.epochs = epochs;
  }

  EpochTable epochs() {
    return epochs;
  }

  /**
   * The database must name the connection's generation, and names it until the transaction ends.
   *
   * @throws SQLException if it does not; the connection is lost then, and its transaction with it
   */
  void require(GuardedConnection connection) throws SQLException {
    OptionalLong admitted = connection.look(epochs::shared);
    if (admitted.isEmpty() || admitted.getAsLong() != connection.generation()) {
      throw refusal(connection, admitted);
    }
  }

  /** The same of a statement that looked by itself, and found another generation or none. */
  SQLException refused(GuardedConnection connection) throws SQLException {
    return refusal(connection, connection.look(epochs::shared));
  }

  private SQLException refusal(GuardedConnection connection, OptionalLong admitted) {
    String found =
        admitted.isEmpty()
            ? "names no generation, or another one since this transaction began"
            : "names generation " + admitted.getAsLong();
    boolean behind = admitted.isPresent() && admitted.getAsLong() < connection.generation();
    return connection.refused(
        "%s %s as the one that may write%s"
            .formatted(
                epochs.table(), found, behind ? "; is guardWrites() given on every member?" : ""));
  }

  /**
   * Gives a statement that would commit by itself a transaction. What a batch did before it failed
   * stays, as it would without.
   */
  @Nullable Object alone(GuardedConnection connection, Call call) throws SQLException {
    connection.setAutoCommit(false);
    Object answer;
    try {
      answer = call.run();
    } catch (SQLException e) {
      throw ended(connection, e);
    } catch (RuntimeException | Error e) {
      connection.revoke(); // a driver that fails like that leaves nobody knowing how far it came
      throw e;
    }
    switchOn(connection);
    return answer;
  }

  /** What could not be committed was rolled back, so the mode goes on all the same. */
  private static void switchOn(GuardedConnection connection) throws SQLException {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      if (connection.isRolledBack()) {
        connection.setAutoCommit(true);
      }
      throw e;
    }
  }

  private static SQLException ended(GuardedConnection connection, SQLException failure) {
    try {
      if (!connection.isLost()) {
        switchOn(connection);
      }
      return failure;
    } catch (SQLException e) {
      e.addSuppressed(failure);
      return e;
    }
  }

  /** Refuses text that hides where a transaction begins. */
  static void requireKnownBegin(String sql, boolean autoCommit) throws SQLException {
    if (SqlText.mayChangeMode(sql) || (autoCommit && SqlText.beginsTransaction(sql))) {
      throw new SQLFeatureNotSupportedException(
          "with guardWrites() a transaction begins by setAutoCommit(false), and not by the text '%s'"
              .formatted(sql));
    }
  }
}

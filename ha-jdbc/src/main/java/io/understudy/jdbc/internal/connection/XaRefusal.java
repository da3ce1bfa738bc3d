package io.understudy.jdbc.internal.connection;

import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.PooledConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;

/**
 * Distributed transactions are refused, in JDBC's form and as text. A prepared branch belongs to no
 * session: it survives the connection that is aborted, the server's restart and the change of
 * writer, it exists on one server alone, and MySQL commits it even while the server is read-only.
 * So nobody could say what became of it.
 */
public final class XaRefusal {
  private static final List<Class<?>> TYPES =
      List.of(
          XADataSource.class,
          XAResource.class,
          PooledConnection.class, // XAConnection is one
          ConnectionPoolDataSource.class);

  private XaRefusal() {}

  /**
   * Whether a type stands for distributed transactions, or for a way to them.
   *
   * @param type what to unwrap
   * @return true if it must not be handed out
   */
  public static boolean isXa(Class<?> type) {
    return TYPES.stream().anyMatch(it -> it.isAssignableFrom(type));
  }

  /**
   * Refuses a type.
   *
   * @param type what to unwrap
   * @throws SQLException if it stands for distributed transactions
   */
  public static void check(Class<?> type) throws SQLException {
    if (isXa(type)) {
      throw refusal(type.getName());
    }
  }

  static void check(@Nullable String sql) throws SQLException {
    if (sql != null && SqlText.anyBeginsWith(sql, "XA")) {
      throw refusal("the statement '" + sql.strip() + "'");
    }
  }

  private static SQLException refusal(String what) {
    return new SQLFeatureNotSupportedException(
        what
            + " is refused: a prepared XA transaction outlives its connection and the writer, so "
            + "nobody could say what became of it; use local transactions, or a DataSource of "
            + "your own for one server",
        "0A000");
  }
}

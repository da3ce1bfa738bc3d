package io.understudy.jdbc.internal.connection;

import java.lang.reflect.Method;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows that lead back to the guarded statement and not past it. Reading is not checked: what was
 * received was checked, and the rest breaks with the connection. Changing rows is.
 */
final class GuardedRows extends GuardedProxy {
  private static final Set<String> ROW_CHANGES =
      Set.of("insertRow", "updateRow", "deleteRow", "refreshRow");

  private final @Nullable Statement statement;
  private final Work origin;
  private final boolean updatable;

  private GuardedRows(
      GuardedConnection connection, @Nullable Statement statement, ResultSet delegate, Work origin)
      throws SQLException {
    super(connection, delegate);
    this.statement = statement;
    this.origin = origin;
    this.updatable = delegate.getConcurrency() == ResultSet.CONCUR_UPDATABLE;
  }

  /** Wraps the rows of some work, which may still be under way while they are read. */
  static ResultSet of(
      GuardedConnection connection, @Nullable Statement statement, ResultSet delegate, Work origin)
      throws SQLException {
    return proxy(ResultSet.class, new GuardedRows(connection, statement, delegate, origin));
  }

  @Override
  @Nullable Object intercept(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    if (updatable && ROW_CHANGES.contains(method.getName())) {
      return connection.changing(Work.ROWS, true, () -> call(method, args));
    }
    return method.getName().equals("getStatement") ? statement : judgedCall(origin, method, args);
  }
}

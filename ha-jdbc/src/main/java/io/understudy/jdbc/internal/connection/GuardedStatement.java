package io.understudy.jdbc.internal.connection;

import java.lang.reflect.Method;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Puts the connection's guard around the calls of a statement that send something to the server.
 */
final class GuardedStatement extends GuardedProxy {
  private final @Nullable String sql;
  private final Work work;

  /** What was executed last: results that are read later may be of work that is still done. */
  private Work last = Work.SESSION;

  private boolean batchChangesMode;

  /** One of the texts of a batch may commit by itself. */
  private boolean batchMayCommit;

  /** One of them may change rows. */
  private boolean batchMayChangeRows;

  private GuardedStatement(GuardedConnection connection, Statement delegate, @Nullable String sql) {
    super(connection, delegate);
    this.sql = sql;
    this.work = SqlText.cannotCommit(sql) ? Work.ROWS : Work.ANYTHING;
  }

  static <T extends Statement> T of(
      GuardedConnection connection, Class<T> type, T delegate, @Nullable String sql) {
    return proxy(type, new GuardedStatement(connection, delegate, sql));
  }

  @Override
  @Nullable Object intercept(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    String name = method.getName();
    if (name.equals("getConnection")) {
      return connection;
    }
    if (name.startsWith("execute")) {
      return guardRows(proxy, execute(method, args));
    }
    if (name.equals("addBatch")) {
      added(text(args));
    }
    return guardRows(proxy, judgedCall(prepares(name) ? Work.SESSION : last, method, args));
  }

  /** What is set up for the next execution says nothing of the last one, which was answered. */
  private static boolean prepares(String name) {
    return name.startsWith("set") || name.startsWith("add") || name.startsWith("clear");
  }

  private void added(@Nullable String text) throws SQLException {
    XaRefusal.check(text);
    if (SqlText.cannotCommit(text)) {
      batchMayChangeRows = true;
    } else if (text != null) {
      connection.checkBegin(text);
      batchMayCommit = true;
      batchMayChangeRows |= SqlText.mayChangeRows(text);
    }
    batchChangesMode |= text != null && SqlText.mayChangeMode(text);
  }

  private @Nullable Object execute(Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    String given = text(args);
    if (given == null) {
      boolean batch = method.getName().endsWith("Batch");
      if (batch && batchChangesMode) {
        connection.changedByText();
      }
      return guarded(batch ? batch() : work, sql, method, args);
    }
    XaRefusal.check(given);
    Work now = SqlText.cannotCommit(given) ? Work.ROWS : Work.ANYTHING;
    return guarded(now, given, method, args);
  }

  private @Nullable Object guarded(
      Work now, @Nullable String text, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    if (now == Work.ANYTHING) {
      connection.checkBegin(text);
      if (SqlText.mayChangeMode(text)) {
        connection.changedByText();
      }
    }
    last = now;
    if (SqlText.changesNothing(text)) {
      return connection.guarded(now, () -> call(method, args));
    }
    boolean rows =
        now != Work.ANYTHING || (text == null ? batchMayChangeRows : SqlText.mayChangeRows(text));
    return connection.changing(now, rows, () -> call(method, args));
  }

  private Work batch() {
    boolean rowsAlone = sql == null ? !batchMayCommit : work == Work.ROWS;
    return rowsAlone ? Work.BATCH : Work.ANYTHING;
  }

  private static @Nullable String text(@Nullable Object @Nullable [] args) {
    return args != null && args.length > 0 && args[0] instanceof String given ? given : null;
  }

  private @Nullable Object guardRows(Object proxy, @Nullable Object answer) throws SQLException {
    return answer instanceof ResultSet rows
        ? GuardedRows.of(connection, (Statement) proxy, rows, last)
        : answer;
  }
}

package io.understudy.jdbc.internal.connection;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the connection's guard around the calls of a statement, or of an updatable result set, that
 * send something to the server. A dynamic proxy: the interfaces have hundreds of methods, of which
 * few matter.
 */
final class GuardedStatement implements InvocationHandler {
  private static final Set<String> ROW_CHANGES =
      Set.of("insertRow", "updateRow", "deleteRow", "refreshRow");

  private final GuardedConnection connection;
  private final Object delegate;
  private final @Nullable String sql;

  private GuardedStatement(GuardedConnection connection, Object delegate, @Nullable String sql) {
    this.connection = connection;
    this.delegate = delegate;
    this.sql = sql;
  }

  static <T extends Statement> T of(
      GuardedConnection connection, Class<T> type, T delegate, @Nullable String sql) {
    return proxy(type, new GuardedStatement(connection, delegate, sql));
  }

  static ResultSet ofRows(GuardedConnection connection, ResultSet delegate) {
    return proxy(ResultSet.class, new GuardedStatement(connection, delegate, null));
  }

  private static <T> T proxy(Class<T> type, GuardedStatement handler) {
    return type.cast(
        Proxy.newProxyInstance(
            GuardedStatement.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    String name = method.getName();
    if (name.startsWith("execute")) {
      return guardRows(connection.guarded(work(name, args), () -> call(method, args)));
    }
    if (ROW_CHANGES.contains(name)) {
      return connection.guarded(Work.ROWS, () -> call(method, args));
    }
    return switch (name) {
      case "getConnection" -> connection;
      case "getResultSet" -> guardRows(call(method, args));
      case "equals" -> isSame(proxy, args);
      case "hashCode" -> System.identityHashCode(proxy);
      case "unwrap" -> isOwn(proxy, args) ? proxy : call(method, args);
      case "isWrapperFor" -> isOwn(proxy, args) ? true : call(method, args);
      default -> call(method, args);
    };
  }

  private static boolean isSame(Object proxy, @Nullable Object @Nullable [] args) {
    return args != null && proxy == args[0];
  }

  private static boolean isOwn(Object proxy, @Nullable Object @Nullable [] args) {
    return args != null && args[0] instanceof Class<?> type && type.isInstance(proxy);
  }

  private Work work(String method, @Nullable Object @Nullable [] args) {
    if (method.endsWith("Batch")) {
      return SqlText.cannotCommit(sql) ? Work.BATCH : Work.ANYTHING;
    }
    String text = args != null && args.length > 0 && args[0] instanceof String given ? given : sql;
    return SqlText.cannotCommit(text) ? Work.ROWS : Work.ANYTHING;
  }

  private @Nullable Object guardRows(@Nullable Object answer) throws SQLException {
    return answer instanceof ResultSet rows ? connection.guardRows(rows) : answer;
  }

  private @Nullable Object call(Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    try {
      return method.invoke(delegate, args);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof SQLException known) {
        throw known;
      } else if (cause instanceof RuntimeException known) {
        throw known;
      } else if (cause instanceof Error known) {
        throw known;
      }
      throw new SQLException(method + " failed", cause);
    } catch (IllegalAccessException e) {
      throw new SQLException(method + " is not accessible", e);
    }
  }
}

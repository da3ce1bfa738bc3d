package io.understudy.jdbc.internal.connection;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A statement, its rows or the metadata of a connection for reading. No way leads from it to what
 * is behind it: nothing is unwrapped, and what leads back leads to the wrapper.
 */
final class ReadOnlyProxy implements InvocationHandler {
  private final ReadOnlyConnection connection;
  private final Object delegate;
  private final @Nullable Object parent;

  private ReadOnlyProxy(ReadOnlyConnection connection, Object delegate, @Nullable Object parent) {
    this.connection = connection;
    this.delegate = delegate;
    this.parent = parent;
  }

  static <T> T of(ReadOnlyConnection connection, Class<T> type, T delegate) {
    return of(connection, type, delegate, null);
  }

  private static <T> T of(
      ReadOnlyConnection connection, Class<T> type, Object delegate, @Nullable Object parent) {
    return type.cast(
        Proxy.newProxyInstance(
            ReadOnlyProxy.class.getClassLoader(),
            new Class<?>[] {type},
            new ReadOnlyProxy(connection, delegate, parent)));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    return switch (method.getName()) {
      case "equals" -> args != null && proxy == args[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "unwrap" -> own(proxy, args);
      case "isWrapperFor" -> isOwn(proxy, args);
      case "getConnection" -> connection;
      case "getStatement" -> parent;
      default -> pass(proxy, method, args);
    };
  }

  private static boolean isOwn(Object proxy, @Nullable Object @Nullable [] args) {
    return args != null && args[0] instanceof Class<?> type && type.isInstance(proxy);
  }

  private static Object own(Object proxy, @Nullable Object @Nullable [] args) throws SQLException {
    if (isOwn(proxy, args)) {
      return proxy;
    }
    throw new SQLFeatureNotSupportedException(
        "nothing is unwrapped of a connection for reading: what is behind it could write", "0A000");
  }

  private @Nullable Object pass(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    String name = method.getName();
    boolean sends = delegate instanceof Statement && name.startsWith("execute");
    if (sends || name.equals("addBatch")) {
      if (args != null && args.length > 0 && args[0] instanceof String text) {
        ReadOnlyText.check(text);
      }
    }
    if (sends) {
      connection.sending();
    }
    Object answer;
    try {
      answer = call(method, args);
    } catch (SQLException e) {
      throw connection.judged(e);
    }
    if (answer instanceof ResultSet rows) {
      return of(connection, ResultSet.class, rows, delegate instanceof Statement ? proxy : parent);
    }
    return answer;
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

  static DatabaseMetaData metaData(ReadOnlyConnection connection, DatabaseMetaData delegate) {
    return of(connection, DatabaseMetaData.class, delegate);
  }
}

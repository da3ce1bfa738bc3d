package io.understudy.jdbc.internal.connection;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/**
 * What the wrappers of JDBC's larger interfaces have in common. Dynamic proxies: the interfaces
 * have hundreds of methods, of which few matter.
 */
abstract class GuardedProxy implements InvocationHandler {
  final GuardedConnection connection;
  private final Wrapper delegate;

  GuardedProxy(GuardedConnection connection, Wrapper delegate) {
    this.connection = connection;
    this.delegate = delegate;
  }

  static <T> T proxy(Class<T> type, GuardedProxy handler) {
    return type.cast(
        Proxy.newProxyInstance(
            GuardedProxy.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** A call of a method that is not common to all. */
  abstract @Nullable Object intercept(
      Object proxy, Method method, @Nullable Object @Nullable [] args) throws SQLException;

  @Override
  public final @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
    return switch (method.getName()) {
      case "equals" -> args != null && proxy == args[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "unwrap" -> isOwn(proxy, args) ? proxy : bypass(method, args);
      case "isWrapperFor" -> isOwn(proxy, args) ? true : call(method, args);
      default -> intercept(proxy, method, args);
    };
  }

  private @Nullable Object bypass(Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    Object behind = call(method, args);
    connection.bypassed();
    return behind;
  }

  private static boolean isOwn(Object proxy, @Nullable Object @Nullable [] args) {
    return args != null && args[0] instanceof Class<?> type && type.isInstance(proxy);
  }

  /** Calls the delegate; a failure comes as the driver told it. */
  final @Nullable Object call(Method method, @Nullable Object @Nullable [] args)
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

  /** Calls the delegate; a failure is judged. */
  final @Nullable Object judgedCall(Work work, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    try {
      return call(method, args);
    } catch (SQLException e) {
      throw connection.judged(e, work);
    }
  }
}

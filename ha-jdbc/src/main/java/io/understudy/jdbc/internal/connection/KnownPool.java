package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.internal.dialect.Sessions;
import java.lang.reflect.InvocationTargetException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets rid of connections that a pool keeps, by the methods that the pool offers for it. They are
 * called by name, so that no pool is needed to compile or to run. Other pools are left alone: they
 * have to test what they lend.
 */
enum KnownPool {
  HIKARI("com.zaxxer.hikari.HikariDataSource") {
    @Override
    void evict(Object pool) throws ReflectiveOperationException {
      Object bean = call(pool, "getHikariPoolMXBean");
      if (bean != null) { // it has lent something
        Object unused = call(bean, "softEvictConnections");
      }
    }

    @Override
    void forget(Object pool, Connection connection) throws ReflectiveOperationException {
      Object unused =
          pool.getClass().getMethod("evictConnection", Connection.class).invoke(pool, connection);
    }
  },

  /** It would lend a broken connection again, untested. */
  TOMCAT("org.apache.tomcat.jdbc.pool.DataSourceProxy") {
    @Override
    void evict(Object pool) throws ReflectiveOperationException {
      Object unused = call(pool, "purge");
    }

    @Override
    void forget(Object pool, Connection connection)
        throws ReflectiveOperationException, SQLException {
      Class<?> entry =
          Class.forName(
              "org.apache.tomcat.jdbc.pool.PooledConnection",
              false,
              pool.getClass().getClassLoader());
      Object unused =
          entry.getMethod("setDiscarded", boolean.class).invoke(connection.unwrap(entry), true);
    }
  },

  DBCP2("org.apache.commons.dbcp2.BasicDataSource") {
    @Override
    void evict(Object pool) throws ReflectiveOperationException {
      Object idle = call(pool, "getConnectionPool");
      if (idle != null) { // it has lent something
        Object unused = call(idle, "clear");
      }
    }

    @Override
    void forget(Object pool, Connection connection) throws ReflectiveOperationException {
      Object unused =
          pool.getClass()
              .getMethod("invalidateConnection", Connection.class)
              .invoke(pool, connection);
    }
  };

  private static final Logger log = LoggerFactory.getLogger(KnownPool.class);

  private final String type;

  KnownPool(String type) {
    this.type = type;
  }

  abstract void evict(Object pool) throws ReflectiveOperationException, SQLException;

  abstract void forget(Object pool, Connection connection)
      throws ReflectiveOperationException, SQLException;

  /** What is to be done with a pool. */
  private interface Task {
    void on(KnownPool kind, Object pool) throws ReflectiveOperationException, SQLException;
  }

  /** Closes the idle connections of a pool, and those in use when they come back. */
  static void evictAll(DataSource source) {
    find(source, "evicting idle connections", KnownPool::evict);
  }

  /**
   * Breaks and closes a connection that is of no use any more, so that the pool does not lend it
   * again. Broken first: a close could wait for its server.
   */
  static void discard(DataSource source, Connection connection) {
    Sessions.abort(connection);
    find(source, "discarding a connection", (kind, pool) -> kind.forget(pool, connection));
    try {
      connection.close();
    } catch (SQLException | RuntimeException e) {
      log.debug("closing {} failed", connection, e);
    }
  }

  private static void find(DataSource source, String what, Task task) {
    for (KnownPool kind : values()) {
      try {
        Object pool = kind.in(source);
        if (pool != null) {
          task.on(kind, pool);
          return;
        }
      } catch (ReflectiveOperationException | SQLException | RuntimeException e) {
        log.warn("{} of the pool {} failed; it has to test what it lends", what, kind, e);
      }
    }
  }

  private @Nullable Object in(DataSource source) throws SQLException {
    Class<?> wanted;
    try {
      wanted = Class.forName(type, false, source.getClass().getClassLoader());
    } catch (ClassNotFoundException e) {
      return null;
    }
    if (wanted.isInstance(source)) {
      return source;
    }
    return source.isWrapperFor(wanted) ? source.unwrap(wanted) : null;
  }

  private static @Nullable Object call(Object target, String method)
      throws NoSuchMethodException, IllegalAccessException, InvocationTargetException {
    return target.getClass().getMethod(method).invoke(target);
  }
}

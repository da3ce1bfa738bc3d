package io.understudy.jdbc.internal.dialect;

import java.io.IOException;
import java.lang.reflect.Field;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sessions from outside, whatever happens on them.
 *
 * <p>{@link Connection#abort} of MariaDB Connector/J 3 does not free a thread that waits for a
 * server which is frozen or silent: it opens another connection for a KILL, and then waits for the
 * lock of the reader, until the socket time-out. That is 30 s by default, or for ever. So the
 * socket is closed first, which frees the reader at once. It is reached by the names of the
 * driver's fields; where they have changed, {@code abort} has to do.
 */
public final class Sessions {
  private static final Logger log = LoggerFactory.getLogger(Sessions.class);
  private static final String MARIADB_CONNECTION = "org.mariadb.jdbc.Connection";

  private Sessions() {}

  /**
   * Breaks a connection and frees who waits on it. May block, so it is nothing for a thread that
   * has other work; never throws.
   *
   * @param connection the driver's connection, or a pool's around it
   */
  public static void abort(Connection connection) {
    closeSocket(connection);
    try {
      connection.abort(Runnable::run);
    } catch (SQLException | RuntimeException e) {
      log.debug("aborting {} failed; it is not used again in any case", connection, e);
    }
  }

  private static void closeSocket(Connection connection) {
    try {
      Socket socket = mariaDbSocket(connection);
      if (socket != null) {
        socket.close();
      }
    } catch (ReflectiveOperationException | SQLException | IOException | RuntimeException e) {
      log.debug("no socket of {} to close, abort has to do", connection, e);
    }
  }

  private static @Nullable Socket mariaDbSocket(Connection connection)
      throws ReflectiveOperationException, SQLException {
    Object raw = mariaDbConnection(connection);
    if (raw == null) {
      return null;
    }
    Object client = raw.getClass().getMethod("getClient").invoke(raw);
    for (Class<?> type = client.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getName().equals("socket") && Socket.class.isAssignableFrom(field.getType())) {
          field.setAccessible(true);
          return (Socket) field.get(client);
        }
      }
    }
    return null;
  }

  /** Pools give the driver's connection only to who asks for its very class. */
  private static @Nullable Object mariaDbConnection(Connection connection) throws SQLException {
    ClassLoader[] loaders = {
      connection.getClass().getClassLoader(),
      Thread.currentThread().getContextClassLoader(),
      Sessions.class.getClassLoader()
    };
    for (ClassLoader loader : loaders) {
      try {
        Class<?> driver = Class.forName(MARIADB_CONNECTION, false, loader);
        if (connection.isWrapperFor(driver)) {
          return connection.unwrap(driver);
        }
      } catch (ClassNotFoundException e) {
        // Another loader may know it, or it is another driver.
      }
    }
    return null;
  }
}

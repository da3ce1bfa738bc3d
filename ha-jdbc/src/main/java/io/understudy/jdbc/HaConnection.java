package io.understudy.jdbc;

import java.sql.Connection;

/**
 * What {@link HaDataSource#getConnection()} and {@link HaDataSource#reader()} give, found by {@code
 * connection.unwrap(HaConnection.class)}. Used by one thread at a time, like any connection.
 */
public interface HaConnection extends Connection {
  /**
   * What was agreed when this connection was borrowed, to which it belongs for its life. Asks no
   * server, and can be asked on a lost connection too.
   *
   * @return writer, phase, generation and epoch at the time of the borrowing
   */
  RouteInfo route();

  /**
   * The master behind it, for its life: the writer, unless it was got for {@linkplain
   * HaDataSource#reader() reading}.
   *
   * @return its configured name
   */
  default String master() {
    return route().writer();
  }
}

package io.understudy.jdbc;

import java.sql.Connection;

/**
 * What {@link HaDataSource#getConnection()} gives, found by {@code
 * connection.unwrap(HaConnection.class)}. Used by one thread at a time, like any connection.
 */
public interface HaConnection extends Connection {
  /**
   * The writer that this connection belongs to for its life. Asks no server, and can be asked on a
   * lost connection too.
   *
   * @return writer, phase, generation and epoch at the time of the borrowing
   */
  RouteInfo route();
}

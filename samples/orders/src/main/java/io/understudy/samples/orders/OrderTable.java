package io.understudy.samples.orders;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The table of orders, and that of commit tokens, on a connection to the writer. */
final class OrderTable {
  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS orders (
        id BIGINT PRIMARY KEY AUTO_INCREMENT,
        member VARCHAR(64) NOT NULL,
        client INT NOT NULL,
        sequence BIGINT NOT NULL,
        generation BIGINT NOT NULL,
        written TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6))
      """;

  /** As {@link io.understudy.jdbc.HaDataSourceBuilder#resolveCommits} says. */
  private static final String CREATE_TOKENS =
      """
      CREATE TABLE IF NOT EXISTS %s (
        member VARCHAR(64) NOT NULL, life BIGINT NOT NULL, slot INT NOT NULL,
        seq BIGINT NOT NULL, generation BIGINT NOT NULL,
        written TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
        PRIMARY KEY (member, life, slot, generation)) ENGINE=InnoDB
      """;

  private OrderTable() {}

  /**
   * An order.
   *
   * @param member who makes it
   * @param client which of its clients
   * @param sequence the client's number for it
   */
  record Order(String member, int client, long sequence) {}

  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(CREATE);
    }
  }

  static void createTokens(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(CREATE_TOKENS.formatted(table));
    }
  }

  static boolean has(Connection connection, long id) throws SQLException {
    try (PreparedStatement look =
        connection.prepareStatement("SELECT client FROM orders WHERE id = ?")) {
      look.setLong(1, id);
      try (ResultSet rows = look.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** Inserts an order and returns its id. */
  static long insert(Connection connection, Order order, long generation) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO orders (member, client, sequence, generation) VALUES (?, ?, ?, ?)",
            Statement.RETURN_GENERATED_KEYS)) {
      insert.setString(1, order.member());
      insert.setInt(2, order.client());
      insert.setLong(3, order.sequence());
      insert.setLong(4, generation);
      insert.executeUpdate();
      try (ResultSet keys = insert.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    }
  }
}

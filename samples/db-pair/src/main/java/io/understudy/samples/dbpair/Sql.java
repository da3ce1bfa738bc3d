package io.understudy.samples.dbpair;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The little JDBC that driving a server takes. */
final class Sql {
  private Sql() {}

  /**
   * A new connection. A paused server accepts connections and answers nothing, so that both
   * timeouts are needed, under names that both drivers know.
   */
  static Connection connect(String url, Account account, Duration timeout) throws SQLException {
    String millis = Long.toString(timeout.toMillis());
    Properties properties = new Properties();
    properties.setProperty("user", account.user());
    properties.setProperty("password", account.password());
    properties.setProperty("connectTimeout", millis);
    properties.setProperty("socketTimeout", millis);
    return DriverManager.getConnection(url, properties);
  }

  static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      if (!rows.next()) {
        throw new SQLException("no row from: " + query);
      }
      String value = rows.getString(1);
      return value == null ? "" : value;
    }
  }

  static long number(Connection connection, String query) throws SQLException {
    return Long.parseLong(text(connection, query));
  }

  /** The first row's columns of these names, for a message. */
  static String columns(Connection connection, String query, List<String> names)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      if (!rows.next()) {
        return query + ": empty";
      }
      List<String> columns = new ArrayList<>();
      for (String name : names) {
        columns.add(name + "=" + rows.getString(name));
      }
      return String.join(", ", columns);
    }
  }
}

package io.understudy.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Short forms for the few statements that are sent to a server. */
final class Sql {
  private Sql() {}

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first row by lower-case column name; NULL is empty text; no row is an empty map. */
  static Map<String, String> row(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      Map<String, String> row = new HashMap<>();
      if (result.next()) {
        var columns = result.getMetaData();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          String value = result.getString(i);
          row.put(columns.getColumnLabel(i).toLowerCase(Locale.ROOT), value == null ? "" : value);
        }
      }
      return row;
    }
  }

  /** The only value of the only row, NULL being empty text. */
  static String value(Connection connection, String sql) throws SQLException {
    return row(connection, sql).values().stream().findFirst().orElse("");
  }

  static String text(Map<String, String> row, String column) throws SQLException {
    String value = row.get(column);
    if (value == null) {
      throw new SQLException("the server's answer lacks column '" + column + "': " + row.keySet());
    }
    return value;
  }

  static long number(Map<String, String> row, String column) throws SQLException {
    return Long.parseLong(text(row, column));
  }

  /**
   * A text literal. Positions hold hexadecimal digits and punctuation alone, anything else is a
   * fault.
   */
  static String literal(String position) throws SQLException {
    if (!position.matches("[0-9A-Za-z:,_ -]*")) {
      throw new SQLException("not a position: '" + position + "'");
    }
    return "'" + position + "'";
  }
}

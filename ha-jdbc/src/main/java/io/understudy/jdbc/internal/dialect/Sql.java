package io.understudy.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
    List<Map<String, String>> rows = rows(connection, sql);
    return rows.isEmpty() ? Map.of() : rows.get(0);
  }

  /** All rows, each as {@link #row} gives the first. */
  static List<Map<String, String>> rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<Map<String, String>> rows = new ArrayList<>();
      var columns = result.getMetaData();
      while (result.next()) {
        Map<String, String> row = new HashMap<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          String value = result.getString(i);
          row.put(columns.getColumnLabel(i).toLowerCase(Locale.ROOT), value == null ? "" : value);
        }
        rows.add(row);
      }
      return rows;
    }
  }

  /** The only value of the only row, NULL being empty text. */
  static String value(Connection connection, String sql) throws SQLException {
    return row(connection, sql).values().stream().findFirst().orElse("");
  }

  /** The only value of each row. */
  static List<String> values(Connection connection, String sql) throws SQLException {
    return rows(connection, sql).stream().flatMap(it -> it.values().stream()).toList();
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

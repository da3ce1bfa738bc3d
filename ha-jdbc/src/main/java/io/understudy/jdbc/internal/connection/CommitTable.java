package io.understudy.jdbc.internal.connection;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * Whether the table of commit tokens can be used. Nothing is written to find out, so that a server
 * that is read-only can be asked too: statements are prepared, for which the server checks table,
 * columns and privileges.
 */
public final class CommitTable {
  private static final String COLUMNS =
      " (member VARCHAR(64) NOT NULL, life BIGINT NOT NULL, slot INT NOT NULL, seq BIGINT NOT NULL,"
          + " generation BIGINT NOT NULL, written TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP"
          + " ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (member, life, slot, generation))"
          + " ENGINE=InnoDB";

  private static final String KEY = "member,life,slot,generation";

  /**
   * No database, no table, no column, and three ways to say that the account may not: what somebody
   * has to mend, and no trouble of the connection.
   */
  private static final Set<Integer> UNUSABLE = Set.of(1049, 1146, 1054, 1044, 1142, 1143);

  private CommitTable() {}

  /** Writes a token with some values for its columns, or raises it. */
  static String insert(String table, String values) {
    return "INSERT INTO "
        + table
        + " (member, life, slot, seq, generation) "
        + values
        + " ON DUPLICATE KEY UPDATE seq = ?";
  }

  /** Reads a token. */
  static String select(String table) {
    return "SELECT seq FROM "
        + table
        + " WHERE member = ? AND life = ? AND slot = ? AND generation = ?";
  }

  /**
   * What is wrong with the table.
   *
   * @param connection a session of the application
   * @param table its name with its database
   * @return what to create or grant; empty if it can be used
   * @throws SQLException if the server does not answer
   */
  public static String problem(Connection connection, String table) throws SQLException {
    try {
      prepare(connection, insert(table, "VALUES (?, ?, ?, ?, ?)"));
      prepare(connection, select(table));
    } catch (SQLException e) {
      if (isUnusable(e)) {
        return advice(table) + ": " + e.getMessage();
      }
      throw e;
    }
    String kind = kind(connection, table);
    return kind.equalsIgnoreCase(KEY + " InnoDB")
        ? ""
        : advice(table) + ": its primary key and engine are '" + kind + "'";
  }

  /** Whether a failure says that the table cannot be used as it is. */
  static boolean isUnusable(SQLException e) {
    return UNUSABLE.contains(e.getErrorCode());
  }

  /** What to do about that. */
  static String advice(String table) {
    return "the table of commit tokens cannot be used; it is wanted as CREATE TABLE "
        + table
        + COLUMNS
        + ", and the application's account needs SELECT, INSERT and UPDATE on it";
  }

  private static void prepare(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PREPARE understudy_check FROM '" + sql + "'");
      statement.execute("DEALLOCATE PREPARE understudy_check");
    }
  }

  private static String kind(Connection connection, String table) throws SQLException {
    String[] name = table.split("\\.", -1);
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT CONCAT((SELECT GROUP_CONCAT(column_name ORDER BY seq_in_index)
                    FROM information_schema.statistics
                    WHERE table_schema = '%1$s' AND table_name = '%2$s' AND index_name = 'PRIMARY'),
                  ' ', engine) FROM information_schema.tables
                WHERE table_schema = '%1$s' AND table_name = '%2$s'"""
                    .formatted(name[0], name[1]))) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "unknown";
    }
  }
}

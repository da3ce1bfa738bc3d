package io.understudy.jdbc.internal.dialect;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.internal.dialect.FenceReport.Ended;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands in the way of a fence on real servers, and what becomes of it. */
class ServerFenceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String LOCKED_ROWS =
      "SELECT trx_id FROM information_schema.innodb_trx WHERE trx_rows_modified > 0";

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void whatBlocksIsEndedAndTold(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection manager = pair.a().connect(Account.MANAGER)) {
      Dialect dialect = Dialect.of(manager);
      prepare(pair.a());
      heldTablesAreTakenAway(dialect, manager, pair.a());
      longWriteIsEnded(dialect, manager, pair.a());
      openTransactionIsEndedAndReadersStay(dialect, manager, pair.a());
      preparedTransactionIsTold(dialect, manager, pair.a(), flavor);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MYSQL")
  void givesUpInTimeOnWhomItCannotEnd(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection manager = pair.a().connect(Account.MANAGER);
        Connection protectedOne = pair.a().connect(Account.ADMIN)) {
      Dialect dialect = Dialect.of(manager);
      prepare(pair.a());
      Sql.execute(protectedOne, "LOCK TABLES item WRITE");
      SQLException stays =
          assertThrows(SQLException.class, () -> dialect.fence(manager, Duration.ofMillis(3500)));
      assertTrue(stays.getMessage().contains("could not be ended: ["), stays::getMessage);
      assertTrue(stays.getMessage().contains("admin@127.0.0.1"), stays::getMessage);
      assertEquals(Mode.OPEN, dialect.facts(manager).mode());
      Sql.execute(protectedOne, "UNLOCK TABLES");
      assertEquals(List.of(), dialect.fence(manager, PATIENCE).ended());
    }
  }

  /** MariaDB has it built in. The other server is frozen, so that no word of it ever comes. */
  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void commitThatAwaitsAnotherServerIsReleased(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection manager = pair.a().connect(Account.MANAGER);
        Connection app = pair.a().connect(Account.APP);
        Connection watcher = pair.a().connect(Account.ADMIN)) {
      Dialect dialect = Dialect.of(manager);
      prepare(pair.a());
      askForAcks(pair, watcher);
      pair.b().pause();
      CompletableFuture<Void> commit = inBackground(app, "UPDATE item SET v = 9 WHERE id = 1");
      await().atMost(PATIENCE).until(() -> isInState(watcher, "%semi-sync ACK%"));
      assertEquals(List.of(), dialect.fence(manager, PATIENCE).ended());
      commit.get(30_000, MILLISECONDS);
      assertEquals("1", Sql.value(manager, "SELECT @@global.rpl_semi_sync_master_enabled"));
      pair.b().resume();
    }
  }

  private static void askForAcks(DatabasePair pair, Connection watcher) throws SQLException {
    try (Connection other = pair.b().connect(Account.ADMIN)) {
      Sql.execute(watcher, "SET GLOBAL rpl_semi_sync_master_timeout = 600000");
      Sql.execute(watcher, "SET GLOBAL rpl_semi_sync_master_enabled = ON");
      Sql.execute(other, "SET GLOBAL rpl_semi_sync_slave_enabled = ON");
      Sql.execute(other, "STOP SLAVE");
      Sql.execute(other, "START SLAVE");
    }
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Sql.row(watcher, "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_clients'")
                    .containsValue("1"));
  }

  private static void heldTablesAreTakenAway(
      Dialect dialect, Connection manager, DatabaseServer server) throws SQLException {
    try (Connection app = server.connect(Account.APP)) {
      Sql.execute(app, "LOCK TABLES item WRITE");
      List<Ended> ended = dialect.fence(manager, PATIENCE).ended();
      assertEquals(List.of("app"), ended.stream().map(it -> it.session().user()).toList());
      assertThrows(SQLException.class, () -> Sql.value(app, "SELECT 1"));
    }
    assertEquals(Mode.CLOSED, dialect.facts(manager).mode());
    dialect.open(manager);
  }

  private static void longWriteIsEnded(Dialect dialect, Connection manager, DatabaseServer server)
      throws Exception {
    try (Connection app = server.connect(Account.APP);
        Connection idle = server.connect(Account.APP)) {
      CompletableFuture<Void> write =
          inBackground(app, "UPDATE item SET v = SLEEP(100) WHERE id = 1");
      await().atMost(PATIENCE).until(() -> isInState(manager, "User sleep"));
      List<Ended> ended = dialect.fence(manager, PATIENCE).ended();
      assertEquals(1, ended.size(), ended::toString);
      assertTrue(ended.get(0).toString().contains("'UPDATE item SET v = SLEEP(100)"));
      assertThrows(Exception.class, () -> write.get(30_000, MILLISECONDS));
      assertEquals("1", Sql.value(idle, "SELECT 1"), "who did nothing stays");
    }
    dialect.open(manager);
  }

  private static void openTransactionIsEndedAndReadersStay(
      Dialect dialect, Connection manager, DatabaseServer server) throws SQLException {
    try (Connection writer = server.connect(Account.APP);
        Connection reader = server.connect(Account.APP)) {
      writer.setAutoCommit(false);
      Sql.execute(writer, "UPDATE item SET v = 5 WHERE id = 2");
      reader.setAutoCommit(false);
      assertEquals("0", Sql.value(reader, "SELECT v FROM item WHERE id = 2"));
      await() // the server shows its transactions as of a while ago
          .pollInterval(Duration.ofMillis(250))
          .atMost(PATIENCE)
          .until(() -> !Sql.row(manager, LOCKED_ROWS).isEmpty());
      List<Ended> ended = dialect.fence(manager, PATIENCE).ended();
      assertEquals(1, ended.size(), ended::toString);
      assertTrue(ended.get(0).why().contains("open transaction"), ended::toString);
      assertThrows(SQLException.class, writer::commit);
      assertEquals("0", Sql.value(reader, "SELECT v FROM item WHERE id = 2"));
    }
    dialect.open(manager);
  }

  /** MariaDB refuses to commit it, MySQL does not. */
  private static void preparedTransactionIsTold(
      Dialect dialect, Connection manager, DatabaseServer server, Flavor flavor)
      throws SQLException {
    try (Connection app = server.connect(Account.APP)) {
      for (String sql : List.of("XA START 'x1'", "INSERT INTO item VALUES (9, 9)", "XA END 'x1'")) {
        Sql.execute(app, sql);
      }
      Sql.execute(app, "XA PREPARE 'x1'");
    }
    dialect.fence(manager, PATIENCE);
    boolean passes = flavor == Flavor.MYSQL;
    assertEquals(passes ? List.of("x1") : List.of(), dialect.preparedPassingFence(manager));
    try (Connection app = server.connect(Account.APP)) {
      if (passes) {
        Sql.execute(app, "XA COMMIT 'x1'");
      } else {
        assertThrows(SQLException.class, () -> Sql.execute(app, "XA COMMIT 'x1'"));
      }
      assertEquals(passes, !Sql.row(app, "SELECT * FROM item WHERE id = 9").isEmpty());
    }
    assertFalse(dialect.preparedPassingFence(manager).contains("x1"));
  }

  private static void prepare(DatabaseServer server) throws SQLException {
    try (Connection app = server.connect(Account.APP)) {
      Sql.execute(app, "CREATE TABLE item (id INT PRIMARY KEY, v INT)");
      Sql.execute(app, "INSERT INTO item VALUES (1, 0), (2, 0)");
    }
  }

  private static CompletableFuture<Void> inBackground(Connection connection, String sql) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            Sql.execute(connection, sql);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static boolean isInState(Connection watcher, String pattern) throws SQLException {
    return !Sql.row(
            watcher,
            "SELECT id FROM information_schema.processlist WHERE state LIKE '" + pattern + "'")
        .isEmpty();
  }
}

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
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands in the way of a fence on real servers, and what becomes of it. */
@Tag("fault")
class ServerFenceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Two block at once; the common pool may have one thread. */
  private static final Executor THREADS = task -> new Thread(task).start();

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
      idleHolderIsEndedInTheFirstRound(dialect, manager, pair.a());
      crowdThatCommitsDoesNotHang(dialect, manager, pair.a());
      eventIsEnded(dialect, manager, pair.a());
      openTransactionIsEndedAndReadersStay(dialect, manager, pair.a());
      preparedTransactionIsTold(dialect, manager, pair.a(), flavor);
      settingThatIsGoneIsNoDebt(manager);
      assertEquals("", dialect.toldOfFullLog(manager, Duration.ofSeconds(5)));
      assertEquals(Optional.empty(), dialect.toldOfFullTables(manager));
    }
  }

  /** The server came back without the plugin; it must not be lost to the director for that. */
  private static void settingThatIsGoneIsNoDebt(Connection manager) throws SQLException {
    Set<String> silenced = new TreeSet<>(Set.of("rpl_semi_sync_gone_enabled"));
    SemiSync.restore(manager, silenced);
    assertEquals(Set.of(), silenced);
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
          assertThrows(
              SQLException.class,
              () -> dialect.fence(manager, Duration.ofMillis(3500), new TreeSet<>()));
      assertTrue(stays.getMessage().contains("could not be ended: ["), stays::getMessage);
      assertTrue(stays.getMessage().contains("admin@127.0.0.1"), stays::getMessage);
      assertEquals(Mode.OPEN, dialect.facts(manager).mode());
      Sql.execute(protectedOne, "UNLOCK TABLES");
      assertEquals(List.of(), dialect.fence(manager, PATIENCE, new TreeSet<>()).ended());
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
      assertEquals(List.of(), dialect.fence(manager, PATIENCE, new TreeSet<>()).ended());
      commit.get(30_000, MILLISECONDS);
      assertEquals("1", Sql.value(manager, "SELECT @@global.rpl_semi_sync_master_enabled"));
      pair.b().resume();
    }
  }

  /** Whoever broke off a fence owes it to the server to let commits wait again. */
  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void whatABrokenFenceSwitchedOffIsToldAndOnAgain(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection manager = pair.a().connect(Account.MANAGER);
        Connection next = pair.a().connect(Account.MANAGER);
        Connection app = pair.a().connect(Account.APP);
        Connection holder = pair.a().connect(Account.APP);
        Connection watcher = pair.a().connect(Account.ADMIN)) {
      Dialect dialect = Dialect.of(manager);
      prepare(pair.a());
      Sql.execute(holder, "CREATE TABLE other (id INT PRIMARY KEY)");
      askForAcks(pair, watcher);
      assertEquals("", SemiSync.notice(next));
      Sql.execute(holder, "LOCK TABLES other WRITE"); // so that the fence takes a second
      pair.b().pause();
      CompletableFuture<Void> commit = inBackground(app, "UPDATE item SET v = 9 WHERE id = 1");
      await().atMost(PATIENCE).until(() -> isInState(watcher, "%semi-sync ACK%"));
      String id = Sql.value(manager, "SELECT CONNECTION_ID()");
      Set<String> silenced = new ConcurrentSkipListSet<>();
      CompletableFuture<FenceReport> fence =
          CompletableFuture.supplyAsync(() -> fence(dialect, manager, silenced), THREADS);
      await().pollInterval(Duration.ofMillis(20)).until(() -> !asks(watcher));
      Sql.execute(watcher, "KILL " + id);
      assertThrows(Exception.class, () -> fence.get(30_000, MILLISECONDS));

      assertEquals(Set.of("rpl_semi_sync_master_enabled"), silenced);
      assertTrue(SemiSync.notice(next).contains("is OFF although 1 semi-synchronous"));
      SemiSync.restore(next, silenced);
      assertEquals(Set.of(), silenced);
      assertTrue(asks(watcher));
      assertEquals("", SemiSync.notice(next));
      pair.b().resume();
      commit.get(30_000, MILLISECONDS);
    }
  }

  private static boolean asks(Connection watcher) throws SQLException {
    return Sql.value(watcher, "SELECT @@global.rpl_semi_sync_master_enabled").equals("1");
  }

  private static FenceReport fence(Dialect dialect, Connection manager, Set<String> silenced) {
    try {
      return dialect.fence(manager, PATIENCE, silenced);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
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
      List<Ended> ended = dialect.fence(manager, PATIENCE, new TreeSet<>()).ended();
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
      List<Ended> ended = dialect.fence(manager, PATIENCE, new TreeSet<>()).ended();
      assertTrue(ended.toString().contains("'UPDATE item SET v = SLEEP(100)"), ended::toString);
      assertThrows(Exception.class, () -> write.get(30_000, MILLISECONDS));
      boolean tells = tellsHolders(manager);
      assertEquals(tells ? 1 : 2, ended.size(), ended::toString);
      if (tells) {
        assertEquals("1", Sql.value(idle, "SELECT 1"), "who did nothing stays");
      }
    }
    dialect.open(manager);
  }

  /** The pair saves the memory of performance_schema, and MariaDB has nothing like it. */
  private static boolean tellsHolders(Connection manager) throws SQLException {
    return Sql.value(manager, "SELECT @@performance_schema").equals("1")
        && Sql.value(manager, "SELECT VERSION()").startsWith("8");
  }

  /** Who waits behind an idle holder seems to write, and ending it alone would not help. */
  private static void idleHolderIsEndedInTheFirstRound(
      Dialect dialect, Connection manager, DatabaseServer server) throws Exception {
    try (Connection holder = server.connect(Account.APP);
        Connection victim = server.connect(Account.APP)) {
      Sql.execute(holder, "LOCK TABLES item WRITE");
      long id = Long.parseLong(Sql.value(holder, "SELECT CONNECTION_ID()"));
      CompletableFuture<Void> waits = inBackground(victim, "UPDATE item SET v = 1 WHERE id = 1");
      await().atMost(PATIENCE).until(() -> isInState(manager, "Waiting for table metadata lock"));
      List<Ended> ended = dialect.fence(manager, PATIENCE, new TreeSet<>()).ended();
      assertEquals(id, ended.get(0).session().id(), ended::toString);
      await().atMost(PATIENCE).until(waits::isDone); // written or ended, as it came
    }
    dialect.open(manager);
  }

  /** The same sessions commit before the first try and after it, and each time another row. */
  private static void crowdThatCommitsDoesNotHang(
      Dialect dialect, Connection manager, DatabaseServer server) throws Exception {
    try (Connection holder = server.connect(Account.APP)) {
      Sql.execute(holder, "CREATE TABLE crowd (id INT AUTO_INCREMENT PRIMARY KEY)");
      List<CompletableFuture<Void>> crowd =
          Stream.generate(() -> CompletableFuture.runAsync(() -> insertUntilEnded(server), THREADS))
              .limit(16)
              .toList();
      await()
          .atMost(PATIENCE)
          .until(() -> Integer.parseInt(Sql.value(holder, "SELECT COUNT(*) FROM crowd")) > 500);
      Sql.execute(holder, "LOCK TABLES item WRITE");
      long id = Long.parseLong(Sql.value(holder, "SELECT CONNECTION_ID()"));
      List<Ended> ended = dialect.fence(manager, PATIENCE, new TreeSet<>()).ended();
      assertTrue(ended.stream().anyMatch(it -> it.session().id() == id), ended::toString);
      for (CompletableFuture<Void> one : crowd) {
        one.get(30_000, MILLISECONDS);
      }
    }
    dialect.open(manager);
  }

  private static void insertUntilEnded(DatabaseServer server) {
    try (Connection app = server.connect(Account.APP)) {
      while (true) {
        Sql.execute(app, "INSERT INTO crowd VALUES ()");
      }
    } catch (SQLException e) {
      assertFalse(e.getMessage().isEmpty()); // ended, or refused by the closed server
    }
  }

  /** The server shows it as connecting, under the account that made it. */
  private static void eventIsEnded(Dialect dialect, Connection manager, DatabaseServer server)
      throws SQLException {
    try (Connection app = server.connect(Account.APP);
        Connection admin = server.connect(Account.ADMIN)) {
      Sql.execute(admin, "SET GLOBAL event_scheduler = ON");
      Sql.execute(
          app,
          "CREATE EVENT late ON SCHEDULE AT NOW() DO UPDATE item SET v = SLEEP(100) WHERE id = 1");
      await().atMost(PATIENCE).until(() -> isInState(manager, "User sleep"));
      List<Ended> ended = dialect.fence(manager, PATIENCE, new TreeSet<>()).ended();
      assertTrue(
          ended.stream().anyMatch(it -> it.session().command().equals("Connect")), ended::toString);
    }
    try (Connection again = server.connect(Account.ADMIN)) { // the fence may have ended the other
      Sql.execute(again, "SET GLOBAL event_scheduler = OFF");
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
      List<Ended> ended = dialect.fence(manager, PATIENCE, new TreeSet<>()).ended();
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
    dialect.fence(manager, PATIENCE, new TreeSet<>());
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
        },
        THREADS);
  }

  private static boolean isInState(Connection watcher, String pattern) throws SQLException {
    return !Sql.row(
            watcher,
            "SELECT id FROM information_schema.processlist WHERE state LIKE '" + pattern + "'")
        .isEmpty();
  }
}

package io.understudy.jdbc.internal.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The row that names the generation that may write, and who may do what with it. */
class EpochTableTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private static final String GRANT = "GRANT SELECT ON appdb.ha_epoch TO 'reader'@'%'";

  @TempDir Path directory;

  private final EpochTable epochs = Objects.requireNonNull(EpochTable.of("appdb.ha_epoch", "main"));

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void managerMarksAndTheApplicationLooks(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection admin = pair.a().connect(Account.ADMIN);
        Connection manager = pair.a().connect(Account.MANAGER)) {
      Dialect dialect = Dialect.of(manager);
      closedServerIsMarkedBeforeTheApplicationMayWrite(dialect, manager, pair);
      whatIsNamedNeverGoesBack(manager, admin);
      String kind = flavor == Flavor.MYSQL ? "WITH mysql_native_password BY" : "BY";
      Sql.execute(admin, "CREATE USER reader@'%' IDENTIFIED " + kind + " 'reader-secret'");
      selectIsAllThatTheApplicationNeeds(dialect, admin, manager, pair.a());
      whatIsMissingIsTold(admin, manager);
    }
  }

  /** The application's account may do anything with the table, but for the server's mode. */
  private void closedServerIsMarkedBeforeTheApplicationMayWrite(
      Dialect dialect, Connection manager, DatabasePair pair) throws SQLException {
    dialect.fence(manager, LONG, new HashSet<>());
    assertEquals(OptionalLong.empty(), epochs.read(manager), "there is no table yet");
    dialect.admitManager(manager);
    epochs.mark(manager, 7);
    assertEquals(OptionalLong.of(7), epochs.read(manager));
    assertTrue(dialect.facts(manager).mode() != Mode.OPEN, "not yet");
    try (Connection app = pair.a().connect(Account.APP)) {
      SQLException closed =
          assertThrows(
              SQLException.class, () -> Sql.execute(app, "UPDATE ha_epoch SET generation = 9"));
      assertEquals(1290, closed.getErrorCode(), closed::getMessage);
      assertEquals(OptionalLong.of(7), epochs.shared(app));
    }
    dialect.open(manager);
    pair.awaitReplicated(LONG);
    try (Connection other = pair.b().connect(Account.MANAGER)) {
      assertEquals(OptionalLong.of(7), epochs.read(other));
    }
  }

  private void whatIsNamedNeverGoesBack(Connection manager, Connection admin) throws SQLException {
    epochs.mark(manager, 8);
    epochs.mark(manager, 8);
    SQLException late = assertThrows(SQLException.class, () -> epochs.mark(manager, 7));
    assertTrue(
        late.getMessage().contains("says that generation 8 may write, and 7 is agreed"),
        late::getMessage);
    assertEquals(OptionalLong.of(8), epochs.read(manager));
    Sql.execute(admin, "TRUNCATE TABLE appdb.ha_epoch");
    assertEquals(OptionalLong.empty(), epochs.read(manager));
    epochs.mark(manager, 9);
    assertEquals(OptionalLong.of(9), epochs.read(manager));
  }

  private void selectIsAllThatTheApplicationNeeds(
      Dialect dialect, Connection admin, Connection manager, DatabaseServer server)
      throws SQLException {
    try (Connection reader =
        DriverManager.getConnection(server.jdbcUrl(), "reader", "reader-secret")) {
      String account = dialect.account(reader);
      assertEquals(
          GRANT + " (and before MySQL 8.0.22 LOCK TABLES on its database)",
          epochs.missingForReader(reader, account));
      Sql.execute(admin, GRANT);
      assertEquals("", epochs.missingForReader(reader, account));
      reader.setAutoCommit(false);
      assertEquals(OptionalLong.of(9), epochs.shared(reader));
      SQLException waits = assertThrows(SQLException.class, () -> epochs.mark(manager, 10));
      assertTrue(EpochTable.isHeldUp(waits), waits::toString);
      dialect.fence(manager, LONG, new HashSet<>());
      dialect.admitManager(manager);
      epochs.mark(manager, 10);
      dialect.open(manager);
      reader.abort(Runnable::run); // the fence has ended it
    }
  }

  private void whatIsMissingIsTold(Connection admin, Connection manager) throws SQLException {
    EpochTable elsewhere = Objects.requireNonNull(EpochTable.of("nowhere.ha_epoch", "main"));
    assertEquals("", elsewhere.missingForReader(admin, "'admin'@'%'"), "it is no privilege");
    assertEquals("", epochs.missingGrants(manager, "'manager'@'%'"));
    Sql.execute(admin, "REVOKE INSERT ON appdb.ha_epoch FROM manager@'%'");
    String missing = epochs.missingGrants(manager, "'manager'@'%'");
    assertEquals(
        "GRANT CREATE, SELECT, INSERT, UPDATE ON appdb.ha_epoch TO 'manager'@'%'", missing);
    Sql.execute(admin, missing);
    assertEquals("", epochs.missingGrants(manager, "'manager'@'%'"));
    Sql.execute(admin, "REVOKE CREATE ON appdb.ha_epoch FROM manager@'%'");
    Sql.execute(admin, "DROP TABLE appdb.ha_epoch");
    SQLException noTable = assertThrows(SQLException.class, () -> epochs.mark(manager, 11));
    assertTrue(
        noTable
            .getMessage()
            .contains("Run on one master: CREATE TABLE IF NOT EXISTS appdb.ha_epoch"),
        noTable::getMessage);
  }
}

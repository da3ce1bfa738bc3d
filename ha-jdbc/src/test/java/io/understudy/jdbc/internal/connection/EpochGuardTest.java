package io.understudy.jdbc.internal.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.HaFailure;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.UnknownOutcomeException;
import io.understudy.jdbc.WriterLostException;
import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing of an older generation is committed where the row of a newer one is: on real pairs that
 * replicate, with read-only mode switched off by hand wherever it would help.
 */
@ExtendWith(SharedPairs.class)
class EpochGuardTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** MariaDB has no such variable, and needs none. */
  private static final String LIFT = "SET GLOBAL read_only = OFF";

  private final EpochTable epochs = Objects.requireNonNull(EpochTable.of("appdb.ha_epoch", "main"));
  private GuardedSite site;
  private volatile CompletableFuture<Void> marking = CompletableFuture.completedFuture(null);

  private void begin(Flavor flavor) throws SQLException {
    begin(flavor, false);
  }

  private void begin(Flavor flavor, boolean resolving) throws SQLException {
    site = new GuardedSite(flavor, "");
    GuardedSite.admin(
        site.pair.a(),
        "CREATE TABLE appdb.bill (id INT PRIMARY KEY)",
        "CREATE PROCEDURE appdb.billing() SQL SECURITY INVOKER"
            + " BEGIN INSERT INTO bill VALUES (7); COMMIT; END");
    mark(site.pair.a(), 1);
    if (resolving) {
      GuardedSite.admin(
          site.pair.a(),
          "CREATE TABLE appdb.ha_commits (member VARCHAR(64) NOT NULL, life BIGINT NOT NULL,"
              + " slot INT NOT NULL, seq BIGINT NOT NULL, generation BIGINT NOT NULL,"
              + " PRIMARY KEY (member, life, slot, generation)) ENGINE=InnoDB");
      site.lending.resolveCommits("appdb.ha_commits", "n1", new SearchLimits(LONG, false));
    }
    site.pair.awaitReplicated(LONG);
    site.lending.guardWrites(epochs);
    site.started();
  }

  @AfterEach
  void end() throws SQLException {
    site.close();
    site.pair.awaitReplicated(LONG);
    GuardedSite.admin(
        site.pair.a(),
        "DROP PROCEDURE appdb.billing",
        "DROP TABLE IF EXISTS appdb.bill, appdb.ha_epoch, appdb.ha_commits");
    site.pair.awaitReplicated(LONG);
  }

  @ParameterizedTest
  @EnumSource
  void whoeverIsNamedCommitsAndNobodyElse(Flavor flavor) throws SQLException {
    for (boolean resolving : new boolean[] {false, true}) {
      begin(flavor, resolving);
      try (Connection connection = bill(1)) {
        connection.commit();
        assertEquals(1, bills(site.pair.a()));
        insert(connection, 2);
        mark(site.pair.a(), 2);
        assertRefused(Outcome.ROLLED_BACK, connection::commit);
        assertRefused(Outcome.ROLLED_BACK, connection::commit);
      }
      assertEquals(1, bills(site.pair.a()));
      if (!resolving) {
        end();
      }
    }
  }

  /** The old writer is open, its connection was taken before, and the JVM believes in it. */
  @ParameterizedTest
  @EnumSource
  void theNewWritersFirstTransactionEndsTheOldTermWhereverItArrives(Flavor flavor)
      throws SQLException {
    begin(flavor);
    try (Connection connection = site.lending.borrow()) {
      connection.setAutoCommit(false);
      fence(site.pair.a());
      GuardedSite.admin(site.pair.a(), LIFT);
      mark(site.pair.b(), 2);
      site.pair.awaitReplicated(site.pair.b(), site.pair.a(), LONG);
      insert(connection, 1);
      assertRefused(Outcome.ROLLED_BACK, connection::commit);
    }
    assertEquals(0, bills(site.pair.a()));
    site.pair.awaitReplicated(LONG);
    assertEquals(0, bills(site.pair.b()));
  }

  /** What the guard does not do: a server that is cut off from the new writer knows nothing. */
  @ParameterizedTest
  @EnumSource
  void untilTheRowArrivesReadOnlyModeAloneProtects(Flavor flavor) throws SQLException {
    begin(flavor);
    GuardedSite.admin(site.pair.a(), "STOP SLAVE");
    try (Connection connection = site.lending.borrow()) {
      connection.setAutoCommit(false);
      mark(site.pair.b(), 2);
      insert(connection, 1);
      connection.commit();
      assertEquals(1, bills(site.pair.a()), "as long as somebody lifts the fence, too");
      GuardedSite.admin(site.pair.a(), "START SLAVE");
      site.pair.awaitReplicated(site.pair.b(), site.pair.a(), LONG);
      insert(connection, 2);
      assertRefused(Outcome.ROLLED_BACK, connection::commit);
    }
    assertEquals(1, bills(site.pair.a()));
  }

  /** Whichever statement looks, and whatever the isolation. */
  @ParameterizedTest
  @EnumSource
  void theRowStaysFromTheLookToTheEndOfTheCommit(Flavor flavor) throws Exception {
    for (boolean resolving : new boolean[] {false, true}) {
      begin(flavor, resolving);
      site.commit.set(
          connection -> {
            marking = CompletableFuture.runAsync(() -> markOrFail(site.pair.a(), 2));
            await().during(Duration.ofMillis(200)).until(() -> !marking.isDone());
            connection.commit();
          });
      try (Connection connection = site.lending.borrow()) {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(false);
        insert(connection, 1);
        connection.commit();
        assertEquals(1, bills(site.pair.a()), "and after it the row may change");
        marking.get();
        site.commit.set(Connection::commit);
        insert(connection, 2);
        assertRefused(Outcome.ROLLED_BACK, connection::commit);
      }
      if (!resolving) {
        end();
      }
    }
  }

  /** A JVM that stands still between its look and its commit, on a writer that goes on. */
  @ParameterizedTest
  @EnumSource
  void whoLooksAndNeverCommitsIsEndedByAFence(Flavor flavor) throws SQLException {
    begin(flavor);
    site.commit.set(
        connection -> {
          SQLException waited = assertThrows(SQLException.class, () -> mark(site.pair.a(), 2));
          assertTrue(EpochTable.isHeldUp(waited), waited::toString);
          fence(site.pair.a());
          GuardedSite.admin(site.pair.a(), LIFT);
          mark(site.pair.a(), 2);
          connection.commit();
        });
    try (Connection connection = bill(1)) {
      assertThrows(UnknownOutcomeException.class, connection::commit, "nobody looks for a token");
    }
    assertEquals(0, bills(site.pair.a()));
  }

  /** Replication waits for such a one, too, until the server is fenced. */
  @ParameterizedTest
  @EnumSource
  void theRowThatArrivesWaitsForWhoHasLookedAndGoesOnAfterAFence(Flavor flavor)
      throws SQLException {
    begin(flavor);
    site.commit.set(
        connection -> {
          mark(site.pair.b(), 2);
          await().during(Duration.ofMillis(300)).until(() -> named(site.pair.a()) == 1);
          fence(site.pair.a());
          GuardedSite.admin(site.pair.a(), LIFT);
          await().atMost(LONG).until(() -> named(site.pair.a()) == 2);
          connection.commit();
        });
    try (Connection connection = bill(1)) {
      assertThrows(UnknownOutcomeException.class, connection::commit);
    }
    assertEquals(0, bills(site.pair.a()));
  }

  @ParameterizedTest
  @EnumSource
  void whatWouldCommitByItselfIsGuardedToo(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      insert(connection, 1);
      assertTrue(connection.getAutoCommit());
      assertThrows(SQLException.class, () -> insert(connection, 1), "a duplicate");
      assertTrue(connection.getAutoCommit());
      statement.addBatch("INSERT INTO bill VALUES (2)");
      statement.addBatch("INSERT INTO bill VALUES (1)");
      assertThrows(BatchUpdateException.class, statement::executeBatch);
      assertEquals(2, bills(site.pair.a()), "what was done stays done");
      mark(site.pair.a(), 2);
      assertRefused(Outcome.ROLLED_BACK, () -> insert(connection, 3));
    }
    assertEquals(2, bills(site.pair.a()));
  }

  /** A semicolon in a literal: it could be two statements. */
  @ParameterizedTest
  @EnumSource
  void rowsOfTextThatIsNotKnownHoldTheGenerationToo(Flavor flavor) throws Exception {
    begin(flavor);
    String text = "INSERT INTO bill VALUES (LENGTH(';'))";
    try (Connection holder = site.pair.a().connect(Account.ADMIN);
        Statement hold = holder.createStatement();
        Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      holder.setAutoCommit(false);
      hold.execute("INSERT INTO appdb.bill VALUES (1)");
      CompletableFuture<Void> write =
          CompletableFuture.runAsync(() -> assertDoesNotThrow(() -> statement.executeUpdate(text)));
      await().atMost(LONG).until(() -> isRunning(holder, text));
      SQLException waited = assertThrows(SQLException.class, () -> mark(site.pair.a(), 2));
      assertTrue(EpochTable.isHeldUp(waited), waited::toString);
      holder.rollback();
      write.get();
      assertEquals(1, bills(site.pair.a()));
      assertTrue(connection.getAutoCommit());
      mark(site.pair.a(), 2);
      statement.addBatch("DELETE FROM bill WHERE id = LENGTH(';')");
      assertThrows(WriterLostException.class, statement::executeBatch);
    }
    assertEquals(1, bills(site.pair.a()));
  }

  private static boolean isRunning(Connection connection, String text) throws SQLException {
    try (PreparedStatement look =
        connection.prepareStatement(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE info = ?")) {
      look.setString(1, text);
      try (ResultSet row = look.executeQuery()) {
        row.next();
        return row.getLong(1) > 0;
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatCommitsItsOwnWayIsRefusedBeforeItIsSent(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = bill(1);
        Statement statement = connection.createStatement()) {
      mark(site.pair.a(), 2);
      assertRefused(Outcome.ROLLED_BACK, () -> statement.execute("CALL billing()"));
    }
    site.serve(1, HandRegister.WRITER);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      assertRefused(Outcome.NOT_EXECUTED, () -> statement.execute("CREATE TABLE more (id INT)"));
    }
    assertEquals(0, bills(site.pair.a()));
    assertThrows(SQLException.class, () -> GuardedSite.count(site.pair.a(), "more"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"BEGIN", "/* go */ start transaction", "SET autocommit = 0"})
  void transactionsThatBeginAsTextAreNotKnownToTheGuard(String text) throws SQLException {
    begin(Flavor.MARIADB);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      assertThrows(SQLFeatureNotSupportedException.class, () -> statement.execute(text));
      assertThrows(SQLFeatureNotSupportedException.class, () -> statement.addBatch(text));
      insert(connection, 1);
    }
    assertEquals(1, bills(site.pair.a()));
  }

  @ParameterizedTest
  @EnumSource
  void whoChangesNothingIsNotAsked(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      mark(site.pair.a(), 2);
      statement.executeQuery("SELECT * FROM bill").close();
      statement.executeQuery("SHOW TABLES").close();
      connection.setAutoCommit(false);
      statement.execute("SET SESSION max_sort_length = 512");
      statement.executeQuery("SELECT * FROM bill FOR UPDATE").close();
      connection.commit();
      assertFalse(connection.isClosed());
    }
  }

  /** MariaDB with innodb_snapshot_isolation rolls back whoever changes a row that changed since. */
  @ParameterizedTest
  @EnumSource
  void noTokenGoesToARowThatChangedAfterTheSnapshotBegan(Flavor flavor) throws SQLException {
    begin(flavor, true);
    try (Connection early = site.lending.borrow();
        Statement statement = early.createStatement()) {
      early.setAutoCommit(false);
      statement.executeQuery("SELECT * FROM bill").close();
      try (Connection late = bill(1)) {
        late.commit();
      }
      insert(early, 2);
      early.commit();
    }
    assertEquals(2, bills(site.pair.a()));
    assertEquals(2, GuardedSite.count(site.pair.a(), "ha_commits"), "one row each");
  }

  @ParameterizedTest
  @EnumSource
  void aTokenThatIsRefusedBySnapshotIsNoChangeOfGeneration(Flavor flavor) throws SQLException {
    begin(flavor, true);
    try (Connection connection = bill(1);
        Statement statement = connection.createStatement()) {
      connection.commit();
      assumeTrue(knowsSnapshotIsolation(statement), "since MariaDB 10.6.18, 10.11.8 and 11.4.2");
      statement.execute("SET SESSION innodb_snapshot_isolation = ON");
      statement.executeQuery("SELECT * FROM bill").close();
      GuardedSite.admin(site.pair.a(), "UPDATE appdb.ha_commits SET seq = seq + 1000");
      insert(connection, 2);
      SQLException failed = assertThrows(SQLException.class, connection::commit);
      assertEquals(1020, failed.getErrorCode(), failed::toString);
      assertNothingIsLeftToCommit(connection, 1);
    }
  }

  private static boolean knowsSnapshotIsolation(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SHOW VARIABLES LIKE 'innodb_snapshot_iso%'")) {
      return rows.next();
    }
  }

  /** The server may have rolled it back: then the second one would commit nothing. */
  @ParameterizedTest
  @EnumSource
  void aCommitThatFailedBeforeItWasSentSucceedsNoSecondTime(Flavor flavor) throws SQLException {
    begin(flavor, true);
    try (Connection connection = bill(1)) {
      GuardedSite.admin(site.pair.a(), "RENAME TABLE appdb.ha_commits TO appdb.ha_commits_away");
      SQLException failed = assertThrows(SQLException.class, connection::commit);
      assertEquals(1146, failed.getErrorCode(), failed::toString);
      connection.rollback();
      connection.setAutoCommit(true);
      assertThrows(SQLException.class, () -> insert(connection, 1));
      assertTrue(connection.getAutoCommit());
      connection.setAutoCommit(false);
      insert(connection, 1);
      assertThrows(SQLException.class, connection::commit);
      GuardedSite.admin(site.pair.a(), "RENAME TABLE appdb.ha_commits_away TO appdb.ha_commits");
      assertNothingIsLeftToCommit(connection, 0);
    }
  }

  private void assertNothingIsLeftToCommit(Connection connection, long before) throws SQLException {
    SQLException again = assertThrows(SQLException.class, connection::commit);
    assertEquals("25000", again.getSQLState(), again::toString);
    connection.setAutoCommit(true);
    assertEquals(before, bills(site.pair.a()));
    connection.setAutoCommit(false);
    insert(connection, 5);
    connection.commit();
    assertEquals(before + 1, bills(site.pair.a()));
  }

  @ParameterizedTest
  @EnumSource
  void withoutARowNobodyCommitsAndTheDirectorIsCalled(Flavor flavor) throws SQLException {
    begin(flavor);
    HashSet<String> called = new HashSet<>();
    site.lending.whenBroken(called::add);
    GuardedSite.admin(site.pair.a(), "TRUNCATE TABLE appdb.ha_epoch");
    try (Connection connection = bill(1)) {
      assertRefused(Outcome.ROLLED_BACK, connection::commit);
      assertTrue(called.contains(HandRegister.WRITER));
    }
  }

  /** Counted by the server, beside a connection of the pool alone. */
  @ParameterizedTest
  @EnumSource
  void aTransactionCostsOneMoreStatementWithOrWithoutAToken(Flavor flavor) throws SQLException {
    for (boolean resolving : new boolean[] {false, true}) {
      begin(flavor, resolving);
      try (Connection guarded = bill(1);
          Connection plain = site.first.getConnection()) {
        guarded.commit(); // the first token of a connection is another story
        plain.setAutoCommit(false);
        assertEquals(statements(plain, 2, true) + 1, statements(guarded, 3, true));
        plain.setAutoCommit(true);
        guarded.setAutoCommit(true);
        assertEquals(statements(plain, 4, false) + 3, statements(guarded, 5, false));
      }
      if (!resolving) {
        end();
      }
    }
  }

  private static long statements(Connection connection, int id, boolean commits)
      throws SQLException {
    long before = questions(connection);
    insert(connection, id);
    if (commits) {
      connection.commit();
    }
    return questions(connection) - before;
  }

  private static long questions(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW SESSION STATUS LIKE 'Questions'")) {
      row.next();
      return row.getLong(2);
    }
  }

  private Connection bill(int id) throws SQLException {
    Connection connection = site.lending.borrow();
    connection.setAutoCommit(false);
    insert(connection, id);
    return connection;
  }

  private static void insert(Connection connection, int id) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO bill VALUES (" + id + ")");
    }
  }

  private void mark(DatabaseServer server, long generation) throws SQLException {
    try (Connection manager = server.connect(Account.MANAGER)) {
      epochs.mark(manager, generation);
    }
  }

  private void markOrFail(DatabaseServer server, long generation) {
    try {
      mark(server, generation);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private long named(DatabaseServer server) throws SQLException {
    try (Connection manager = server.connect(Account.MANAGER)) {
      OptionalLong found = epochs.read(manager);
      return found.orElse(0);
    }
  }

  private static void fence(DatabaseServer server) throws SQLException {
    try (Connection manager = server.connect(Account.MANAGER)) {
      Dialect.of(manager).fence(manager, Duration.ofSeconds(20), new HashSet<>());
    }
  }

  private static long bills(DatabaseServer server) throws SQLException {
    return GuardedSite.count(server, "bill");
  }

  private static void assertRefused(Outcome outcome, Executable call) {
    WriterLostException refused = assertThrows(WriterLostException.class, call);
    assertEquals(outcome, ((HaFailure) refused).outcome(), refused::getMessage);
  }
}

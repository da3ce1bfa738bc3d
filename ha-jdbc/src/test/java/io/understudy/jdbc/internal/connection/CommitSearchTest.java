package io.understudy.jdbc.internal.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.CommittedWarning;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.UnknownOutcomeException;
import io.understudy.jdbc.WriterLostException;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commits whose answer is lost at an exact moment; on real pairs that replicate. */
@ExtendWith(SharedPairs.class)
class CommitSearchTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final String OLD = HandRegister.WRITER;
  private static final String NEW = "db-02";

  private GuardedSite site;

  private void begin(Flavor flavor, Duration wait) throws SQLException {
    begin(flavor, new SearchLimits(wait, false));
  }

  private void begin(Flavor flavor, SearchLimits limits) throws SQLException {
    site = new GuardedSite(flavor, "");
    GuardedSite.admin(site.pair.a(), "CREATE TABLE appdb.bill (id INT PRIMARY KEY)");
    GuardedSite.createTokens(site.pair);
    site.lending.resolveCommits("appdb.ha_commits", "n1", limits);
    site.started();
    site.second.getConnection().close(); // so that a short wait need not connect
  }

  @AfterEach
  void end() throws SQLException {
    site.close();
    site.pair.awaitReplicated(LONG);
    GuardedSite.admin(site.pair.a(), "DROP TABLE appdb.bill", "DROP TABLE appdb.ha_commits");
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatWasDoneReturnsNormally(Flavor flavor) throws SQLException {
    begin(flavor, LONG);
    site.afterCommit.set(() -> site.serve(2, OLD));
    try (Connection connection = bill()) {
      connection.commit();
      CommittedWarning warning = assertInstanceOf(CommittedWarning.class, connection.getWarnings());
      assertTrue(warning.getMessage().contains("its token is on db-01"), warning::getMessage);
      WriterLostException next =
          assertThrows(WriterLostException.class, connection::createStatement);
      assertTrue(next.getMessage().contains("was lost"), next::getMessage);
    }
    assertEquals(1, GuardedSite.count(site.pair.a(), "bill"));
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatNeverArrivedIsRolledBack(Flavor flavor) throws SQLException {
    begin(flavor, LONG);
    site.commit.set(
        connection -> {
          kill(connection);
          connection.commit();
        });
    try (Connection connection = bill()) {
      assertRolledBack(connection);
    }
    assertEquals(0, GuardedSite.count(site.pair.a(), "bill"));
  }

  @ParameterizedTest
  @EnumSource
  void switchingAutoCommitOnIsACommitToo(Flavor flavor) throws SQLException {
    begin(flavor, LONG);
    try (Connection connection = bill()) {
      kill(connection);
      WriterLostException lost =
          assertThrows(WriterLostException.class, () -> connection.setAutoCommit(true));
      assertEquals(Outcome.ROLLED_BACK, lost.outcome());
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNewWriterTellsThatItIsCommitted(Flavor flavor) throws SQLException {
    begin(flavor, LONG);
    site.afterCommit.set(
        () -> {
          site.pair.awaitReplicated(site.pair.a(), site.pair.b(), LONG);
          site.first.close();
          site.serve(2, NEW);
        });
    try (Connection connection = bill()) {
      connection.commit();
      assertTrue(connection.getWarnings().getMessage().contains("its token is on db-02"));
    }
    assertEquals(1, GuardedSite.count(site.pair.b(), "bill"));
  }

  @ParameterizedTest
  @EnumSource
  void theOldWriterTellsThatItIsRolledBack(Flavor flavor) throws SQLException {
    begin(flavor, LONG);
    site.commit.set(
        connection -> {
          kill(connection);
          site.serve(2, NEW);
          connection.commit();
        });
    try (Connection connection = bill()) {
      assertRolledBack(connection);
    }
  }

  /** Whoever is opened may have received it from a server that lost it, and not applied it. */
  @ParameterizedTest
  @EnumSource
  void whereTheUnappliedIsOvertakenNothingIsRolledBackForCertain(Flavor flavor)
      throws SQLException {
    begin(flavor, new SearchLimits(SHORT, true));
    site.commit.set(
        connection -> {
          kill(connection);
          site.serve(2, NEW);
          connection.commit();
        });
    try (Connection connection = bill()) {
      assertUnknown(connection, "db-01, on which it ran, says ABSENT; with UnappliedPolicy.OPEN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatMayBeKeptInPartIsNotCalledRolledBack(Flavor flavor) throws SQLException {
    begin(flavor, LONG);
    site.commit.set(
        connection -> {
          kill(connection);
          connection.commit();
        });
    try (Connection connection = bill();
        Statement statement = connection.createStatement()) {
      statement.execute("ANALYZE TABLE bill"); // commits
      statement.executeUpdate("INSERT INTO bill VALUES (2)");
      assertUnknown(connection, "an earlier statement may have committed a part of it");
    }
    assertEquals(1, GuardedSite.count(site.pair.a(), "bill"), "it has");
  }

  /** The new writer lacks it, and the old one cannot be asked: it may be stranded there. */
  @ParameterizedTest
  @EnumSource
  void withoutTheOldWriterAMissingTokenProvesNothing(Flavor flavor) throws SQLException {
    begin(flavor, SHORT);
    site.commit.set(
        connection -> {
          kill(connection);
          site.first.close();
          site.serve(2, NEW);
          connection.commit();
        });
    try (Connection connection = bill()) {
      assertUnknown(connection, "db-02 says ABSENT, db-01, on which it ran, says SILENT");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStrandedCommitIsNotCommittedAndNotRolledBack(Flavor flavor) throws SQLException {
    begin(flavor, SHORT);
    GuardedSite.admin(site.pair.b(), "STOP SLAVE SQL_THREAD");
    try {
      site.afterCommit.set(() -> site.serve(2, NEW));
      try (Connection connection = bill()) {
        assertUnknown(connection, "db-02 says ABSENT, db-01, on which it ran, says COMMITTED");
      }
    } finally {
      GuardedSite.admin(site.pair.b(), "START SLAVE SQL_THREAD");
    }
  }

  /** What waits on the old writer, or was cut off with it, has the new one's slot numbers too. */
  @ParameterizedTest
  @EnumSource
  void tokensOfTwoWritersDoNotMeet(Flavor flavor) throws SQLException {
    begin(flavor, LONG);
    GuardedSite.admin(site.pair.b(), "STOP SLAVE SQL_THREAD");
    try {
      bill(1);
      site.serve(2, NEW);
      bill(2);
    } finally {
      GuardedSite.admin(site.pair.b(), "START SLAVE SQL_THREAD");
    }
    site.pair.awaitReplicated(LONG);
    for (DatabaseServer server : site.pair.servers()) {
      assertEquals(2, GuardedSite.count(server, "bill"));
      assertEquals(2, GuardedSite.count(server, "ha_commits"));
    }
  }

  private void bill(int number) throws SQLException {
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO bill VALUES (" + number + ")");
      connection.commit();
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutAnAgreedWriterNobodyKnows(Flavor flavor) throws SQLException {
    begin(flavor, SHORT);
    site.afterCommit.set(() -> site.register.permit(Duration.ZERO));
    try (Connection connection = bill()) {
      assertUnknown(connection, "no writer was agreed");
    }
  }

  /** The commit is lost on its way, and the server does not notice that its client is gone. */
  @ParameterizedTest
  @EnumSource
  void whileTheTransactionIsOpenNothingIsSaid(Flavor flavor) throws Exception {
    for (boolean committed : new boolean[] {true, false}) {
      begin(flavor, LONG);
      AtomicReference<Connection> open = new AtomicReference<>();
      try (Connection apart = site.pair.a().connect(Account.APP);
          Statement statement = apart.createStatement()) {
        apart.setCatalog("appdb");
        apart.setAutoCommit(false);
        site.commit.set(
            connection -> {
              takeOver(connection, statement);
              open.set(apart);
              throw new SQLNonTransientConnectionException("cut off by the test", "08S01");
            });
        try (Connection connection = bill()) {
          CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> commit(connection));
          await().until(() -> open.get() != null);
          await().during(Duration.ofMillis(200)).until(() -> !waiting.isDone());
          if (committed) {
            apart.commit();
            waiting.get();
          } else {
            apart.rollback();
            Throwable lost = assertThrows(ExecutionException.class, waiting::get);
            assertEquals(Outcome.ROLLED_BACK, Outcome.of(lost).orElseThrow());
          }
        }
      }
      if (committed) {
        end();
      }
    }
  }

  /** The transaction's rows in a session that no abort reaches. */
  private static void takeOver(Connection connection, Statement statement) throws SQLException {
    String token;
    try (Statement look = connection.createStatement();
        ResultSet row =
            look.executeQuery("SELECT life, slot, seq FROM ha_commits WHERE member = 'n1'")) {
      row.next();
      token = "%s, %s, %s".formatted(row.getLong(1), row.getLong(2), row.getLong(3));
    }
    connection.rollback();
    statement.executeUpdate(
        "INSERT INTO ha_commits (member, life, slot, seq, generation) VALUES ('n1', %s, 1)"
            .formatted(token));
  }

  @ParameterizedTest
  @EnumSource
  void onlyTransactionsThatWroteLeaveATokenInAFewRows(Flavor flavor) throws SQLException {
    begin(flavor, LONG);
    for (int i = 0; i < 5; i++) {
      try (Connection connection = site.lending.borrow();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.executeQuery("SELECT 1").close();
        connection.commit();
        assertEquals(i == 0 ? 0 : 1, GuardedSite.count(site.pair.a(), "ha_commits"));
        statement.executeUpdate("INSERT INTO bill VALUES (" + i + ")");
        connection.commit();
      }
    }
    assertEquals(1, GuardedSite.count(site.pair.a(), "ha_commits"));
  }

  private Connection bill() throws SQLException {
    Connection connection = site.lending.borrow();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO bill VALUES (1)");
    }
    return connection;
  }

  private static void commit(Connection connection) {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertRolledBack(Connection connection) {
    WriterLostException lost = assertThrows(WriterLostException.class, connection::commit);
    assertEquals(Outcome.ROLLED_BACK, lost.outcome());
    assertTrue(lost.getMessage().contains("has ended on db-01"), lost::getMessage);
  }

  private static void assertUnknown(Connection connection, String why) {
    UnknownOutcomeException unknown =
        assertThrows(UnknownOutcomeException.class, connection::commit);
    assertTrue(unknown.getMessage().contains(why), unknown::getMessage);
  }

  private void kill(Connection connection) throws SQLException {
    GuardedSite.admin(site.pair.a(), "KILL " + GuardedSite.session(connection));
  }
}

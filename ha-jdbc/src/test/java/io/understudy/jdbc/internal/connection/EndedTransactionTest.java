package io.understudy.jdbc.internal.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.HaFailure;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.Phase;
import io.understudy.samples.dbpair.Flavor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a connection says that is lost after a part of its work was committed: never that this part
 * may be repeated. On real servers.
 */
@ExtendWith(SharedPairs.class)
class EndedTransactionTest {
  private GuardedSite site;

  private void begin(Flavor flavor) throws SQLException {
    site = new GuardedSite(flavor, "").started();
    GuardedSite.admin(
        site.pair.a(),
        "CREATE TABLE appdb.ended (id INT PRIMARY KEY)",
        "CREATE PROCEDURE appdb.committing() SQL SECURITY INVOKER BEGIN COMMIT; END");
  }

  @AfterEach
  void end() throws SQLException {
    site.close();
    GuardedSite.admin(site.pair.a(), "DROP TABLE appdb.ended", "DROP PROCEDURE appdb.committing");
  }

  @ParameterizedTest
  @EnumSource
  void cleaningUpAfterACommitNeverAsksToRepeatIt(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO ended VALUES (1)");
      connection.commit();
      site.register.permit(Duration.ZERO);
      assertLost(Outcome.NOT_EXECUTED, () -> statement.execute("SELECT 1"));
      cleanUp(connection);
      assertLost(Outcome.NOT_EXECUTED, connection::createStatement);
    }
    assertEquals(1, GuardedSite.count(site.pair.a(), "ended"));
  }

  /** The session is gone, and nobody has noticed. */
  @ParameterizedTest
  @EnumSource
  void soItIsIfTheCleaningItselfFindsTheConnectionBroken(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = site.lending.borrow()) {
      connection.setAutoCommit(false);
      long session = GuardedSite.session(connection);
      connection.commit();
      GuardedSite.admin(site.pair.a(), "KILL " + session);
      cleanUp(connection);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownCommitStaysUnknownAndCleaningUpDoesNotHideIt(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO ended VALUES (1)");
      site.afterCommit.set(
          () ->
              site.register.commit(
                  HandRegister.serving(1).preparing(Phase.FAILING_OVER, "db-02", "moved")));
      assertLost(Outcome.UNKNOWN, connection::commit);
      cleanUp(connection);
      assertLost(Outcome.UNKNOWN, connection::commit);
      assertLost(Outcome.UNKNOWN, connection::createStatement);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatFailedDoesNotSucceedTheSecondTime(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO ended VALUES (1)");
      site.register.permit(Duration.ZERO);
      assertLost(Outcome.ROLLED_BACK, connection::commit);
      assertLost(Outcome.ROLLED_BACK, connection::commit);
      cleanUp(connection);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"CALL committing()", "LOCK TABLES ended WRITE", "BEGIN", "ANALYZE TABLE ended"})
  void whatMayHaveCommittedIsNotCalledRolledBack(String sql) throws SQLException {
    begin(Flavor.MYSQL);
    assertAfterwards(Outcome.UNKNOWN, sql);
    assertEquals(1, GuardedSite.count(site.pair.a(), "ended"), "it has committed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SET @a = 1", "SHOW TABLES", "USE appdb", "/* why */ SELECT 1", "(SELECT 1)"})
  void whatCannotCommitLeavesItAtThat(String sql) throws SQLException {
    begin(Flavor.MYSQL);
    assertAfterwards(Outcome.ROLLED_BACK, sql);
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatWasAnsweredEndsTheDoubt(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("CALL committing()");
      connection.commit();
      statement.executeUpdate("INSERT INTO ended VALUES (1)");
      site.register.permit(Duration.ZERO);
      assertLost(Outcome.ROLLED_BACK, connection::commit);
    }
  }

  /** MariaDB's driver looks at a parameter's number when it is sent. */
  @ParameterizedTest
  @EnumSource(names = "MYSQL")
  void preparingTheNextStatementCastsNoDoubtOnTheLastOne(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = site.lending.borrow();
        PreparedStatement insert = connection.prepareStatement("INSERT INTO ended VALUES (?)")) {
      insert.setInt(1, 1);
      insert.executeUpdate();
      connection.abort(Runnable::run);
      assertLost(Outcome.NOT_EXECUTED, () -> insert.setInt(99, 1));
    }
  }

  private void assertAfterwards(Outcome outcome, String sql) throws SQLException {
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO ended VALUES (1)");
      statement.execute(sql);
      site.register.permit(Duration.ZERO);
      assertLost(outcome, () -> statement.executeUpdate("INSERT INTO ended VALUES (2)"));
    }
  }

  /** What frameworks do in their finally, Spring's DataSourceUtils first. */
  private static void cleanUp(Connection connection) throws SQLException {
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    connection.setReadOnly(false);
    connection.clearWarnings();
    connection.setAutoCommit(true);
    assertTrue(connection.getAutoCommit());
    connection.rollback();
  }

  private interface Use {
    void run() throws SQLException;
  }

  private static void assertLost(Outcome outcome, Use use) {
    SQLException lost = assertThrows(SQLException.class, use::run);
    assertEquals(outcome, assertInstanceOf(HaFailure.class, lost).outcome(), lost::getMessage);
  }
}

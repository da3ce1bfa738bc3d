package io.understudy.jdbc.internal.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.HaFailure;
import io.understudy.jdbc.Outcome;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server on which a commit in doubt ran has restarted: it may have lost what it committed. */
@Tag("fault")
class RestartedOriginTest {
  @TempDir Path directory;

  private GuardedSite site;
  private int bills;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void itSaysRolledBackIfItForgetsNothingOrAnotherWouldHaveIt(Flavor flavor) throws SQLException {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        GuardedSite opened = new GuardedSite(pair, "")) {
      site = opened;
      GuardedSite.admin(pair.a(), "CREATE TABLE appdb.bill (id INT PRIMARY KEY)");
      GuardedSite.createTokens(pair);
      site.lending.resolveCommits(
          "appdb.ha_commits", "n1", new SearchLimits(Duration.ofSeconds(5), false));
      site.started();

      await().until(() -> uptime(pair.a()) > 1); // starts are told apart by their seconds
      String said = lost(Outcome.UNKNOWN, () -> {});
      assertTrue(said.contains("db-01 says ABSENT_AFTER_RESTART"), said);
      said = lost(Outcome.UNKNOWN, () -> forgetNothing(pair.a()));
      assertTrue(said.contains("db-01 says ABSENT_AFTER_RESTART"), "it may have before: " + said);
      forgetNothing(pair.a());
      lost(Outcome.ROLLED_BACK, () -> forgetNothing(pair.a()));
      said = lost(Outcome.ROLLED_BACK, () -> site.serve(2, "db-02"));
      assertTrue(said.contains("has ended on db-01"), said);
      assertEquals(0, GuardedSite.count(pair.a(), "bill"));
    }
  }

  private static void forgetNothing(DatabaseServer server) throws SQLException {
    GuardedSite.admin(
        server, "SET GLOBAL innodb_flush_log_at_trx_commit = 1", "SET GLOBAL sync_binlog = 1");
  }

  private static long uptime(DatabaseServer server) throws SQLException {
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement();
        ResultSet uptime = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Uptime'")) {
      uptime.next();
      return uptime.getLong(2);
    }
  }

  private interface Then {
    void run() throws SQLException;
  }

  /** The server dies before the commit reaches it, and comes back. */
  private String lost(Outcome outcome, Then then) throws SQLException {
    site.commit.set(
        connection -> {
          site.pair.a().kill9();
          site.pair.a().restart();
          then.run();
          connection.commit();
        });
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO bill VALUES (" + ++bills + ")");
      SQLException failure = assertThrows(SQLException.class, connection::commit);
      assertEquals(outcome, ((HaFailure) failure).outcome(), failure::getMessage);
      return String.valueOf(failure.getMessage());
    }
  }
}

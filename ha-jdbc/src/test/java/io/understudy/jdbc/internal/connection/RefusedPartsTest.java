package io.understudy.jdbc.internal.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.UnknownOutcomeException;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.Flavor;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that becomes read-only in the middle of what a client sent as one thing. */
@ExtendWith(SharedPairs.class)
class RefusedPartsTest {
  private static final String PARTS =
      "INSERT INTO part VALUES (1); SELECT GET_LOCK('gate', 60); INSERT INTO part VALUES (2)";

  private GuardedSite site;

  private void begin(Flavor flavor, String urlOptions) throws SQLException {
    site = new GuardedSite(flavor, urlOptions).started();
    GuardedSite.admin(
        site.pair.a(),
        "CREATE TABLE appdb.part (id INT PRIMARY KEY)",
        "CREATE PROCEDURE appdb.parts() SQL SECURITY INVOKER BEGIN " + PARTS + "; END");
  }

  @AfterEach
  void end() throws SQLException {
    site.close();
    GuardedSite.admin(site.pair.a(), "DROP TABLE appdb.part", "DROP PROCEDURE appdb.parts");
  }

  @ParameterizedTest
  @EnumSource
  void aProcedureMayHaveCommittedBeforeItWasRefused(Flavor flavor) throws Exception {
    begin(flavor, "");
    assertPartlyDone("CALL parts()", true);
  }

  @ParameterizedTest
  @EnumSource
  void soMayTheFirstOfSeveralStatements(Flavor flavor) throws Exception {
    begin(flavor, "?allowMultiQueries=true");
    assertPartlyDone(PARTS, true);
  }

  @ParameterizedTest
  @EnumSource
  void aProcedureThatCommitsByItselfDoesSoInATransactionToo(Flavor flavor) throws Exception {
    begin(flavor, "?allowMultiQueries=true");
    assertPartlyDone(PARTS.replaceFirst(";", "; COMMIT;"), false);
  }

  private void assertPartlyDone(String sql, boolean autoCommit) throws Exception {
    try (Connection gate = site.pair.a().connect(Account.ADMIN);
        Statement gatekeeper = gate.createStatement();
        Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      gatekeeper.execute("SELECT GET_LOCK('gate', 0)");
      connection.setAutoCommit(autoCommit);
      CompletableFuture<Boolean> work =
          CompletableFuture.supplyAsync(() -> executeAll(statement, sql));
      await().until(() -> GuardedSite.count(site.pair.a(), "part") == 1);
      gatekeeper.execute("SET GLOBAL read_only = ON");
      gatekeeper.execute("SELECT RELEASE_LOCK('gate')");
      Throwable failure = assertThrows(CompletionException.class, work::join).getCause();
      assertEquals(UnknownOutcomeException.class, failure.getClass(), failure::toString);
      assertEquals("08007", ((SQLException) failure).getSQLState());
      assertEquals(1290, ((SQLException) failure).getErrorCode());
      assertTrue(failure.getMessage().contains("generation=1"), failure::getMessage);
    }
    assertEquals(1, GuardedSite.count(site.pair.a(), "part"), "the first part is kept");
  }

  /** An error may be told with a later result: MySQL's driver reads the results one by one. */
  private static boolean executeAll(Statement statement, String sql) {
    try {
      boolean rows = statement.execute(sql);
      while (rows || statement.getUpdateCount() >= 0) {
        rows = statement.getMoreResults();
      }
      return rows;
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }
}

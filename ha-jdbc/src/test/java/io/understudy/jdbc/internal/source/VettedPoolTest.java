package io.understudy.jdbc.internal.source;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.util.DriverDataSource;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.source.VettedPool.Demands;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("fault")
class VettedPoolTest {
  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void accountThatPassesAFenceGetsNoConnection(Flavor flavor) throws SQLException {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection admin = pair.a().connect(Account.ADMIN);
        Statement grant = admin.createStatement()) {
      VettedPool right = vetted(pair.a(), false);
      right.getConnection().close();
      assertEquals("", right.problem());

      grant.execute("GRANT SUPER ON *.* TO app@'%'");
      VettedPool wrong = vetted(pair.a(), false);
      wrong.ask();
      assertTrue(wrong.problem().contains("REVOKE SUPER ON *.* FROM 'app'@'%'"), wrong::problem);
      SQLException refused = assertThrows(SQLException.class, wrong::getConnection);
      assertEquals("28000", refused.getSQLState());
      assertTrue(refused.getMessage().contains("'app'@'%' on db-01 holds SUPER"));

      VettedPool accepted = vetted(pair.a(), true);
      accepted.getConnection().close();
      assertTrue(accepted.problem().contains("SUPER"), "it is told all the same");
      right.getConnection().close(); // it was asked before

      grant.execute("REVOKE SUPER ON *.* FROM app@'%'");
      await().ignoreExceptions().untilAsserted(() -> wrong.getConnection().close());
      assertEquals("", wrong.problem());
    }
  }

  /** Nobody can accept that, so it does not help to accept other faults. */
  @ParameterizedTest
  @EnumSource
  void accountThatCannotSeeWhichGenerationMayWriteGetsNoConnection(Flavor flavor)
      throws SQLException {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection admin = pair.a().connect(Account.ADMIN);
        Statement grant = admin.createStatement()) {
      EpochTable epochs = EpochTable.of("guard.ha_epoch", "main");
      grant.execute("CREATE DATABASE guard");
      grant.execute(
          "CREATE TABLE guard.ha_epoch (name VARCHAR(40) PRIMARY KEY, generation BIGINT)");
      VettedPool blind = vetted(pair.a(), new Demands(true, epochs, null));
      SQLException refused = assertThrows(SQLException.class, blind::getConnection);
      assertEquals("28000", refused.getSQLState());
      assertTrue(
          blind.problem().contains("run there GRANT SELECT ON guard.ha_epoch TO 'app'@'%'"),
          blind::problem);

      grant.execute("GRANT SELECT ON guard.ha_epoch TO app@'%'");
      await().ignoreExceptions().untilAsserted(() -> blind.getConnection().close());
      assertEquals("", blind.problem());
    }
  }

  @ParameterizedTest
  @EnumSource
  void tableOfTokensIsAskedForAtOnceAndNothingIsRefusedForIt(Flavor flavor) throws SQLException {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection admin = pair.a().connect(Account.ADMIN);
        Statement statement = admin.createStatement()) {
      statement.execute("CREATE DATABASE tokens");
      VettedPool pool = vetted(pair.a(), new Demands(false, null, "tokens.ha_commits"));
      assertTold(pool, "db-01: the table of commit tokens cannot be used", "CREATE TABLE");
      statement.execute(
          "CREATE TABLE tokens.ha_commits (member VARCHAR(64), life BIGINT, slot INT,"
              + " seq BIGINT, generation BIGINT, PRIMARY KEY (member, life, slot))");
      statement.execute("GRANT SELECT, INSERT ON tokens.ha_commits TO app@'%'");
      statement.execute("SET GLOBAL read_only = ON"); // a standby is asked too
      assertTold(pool, "UPDATE command denied", "needs SELECT, INSERT and UPDATE");
      statement.execute("GRANT UPDATE ON tokens.ha_commits TO app@'%'");
      assertTold(pool, "primary key and engine are 'member,life,slot InnoDB'", "generation");
      statement.execute(
          "ALTER TABLE tokens.ha_commits"
              + " DROP PRIMARY KEY, ADD PRIMARY KEY (member, life, slot, generation)");
      assertTold(pool, "", "");
    }
  }

  private static void assertTold(VettedPool pool, String what, String advice) {
    await()
        .untilAsserted(
            () -> {
              pool.getConnection().close();
              assertEquals(what.isEmpty(), pool.problem().isEmpty(), pool::problem);
              assertTrue(pool.problem().contains(what), pool::problem);
              assertTrue(pool.problem().contains(advice), pool::problem);
            });
  }

  private static VettedPool vetted(DatabaseServer server, boolean accepted) {
    return vetted(server, new Demands(accepted, null, null));
  }

  private static VettedPool vetted(DatabaseServer server, Demands demands) {
    DataSource plain =
        new DriverDataSource(
            server.jdbcUrl("appdb"),
            null,
            new Properties(),
            Account.APP.user(),
            Account.APP.password());
    return new VettedPool("main", server.name(), plain, demands);
  }
}

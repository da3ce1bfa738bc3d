package io.understudy.jdbc.internal.dialect;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether a server is told from another one, from a new one, and from its earlier life. */
@Tag("fault")
class ServerLifeTest {
  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void aServerIsKnownAgainAndItsRestartToo(Flavor flavor) throws SQLException {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start()) {
      execute(pair.a(), Account.ADMIN, "CREATE TABLE appdb.item (id INT)");
      ServerLife before = life(pair.a());
      assertFalse(before.durable(), "the test's servers are quick");
      execute(pair.a(), Account.APP, "SELECT SLEEP(1.1)"); // its clock shows another second
      assertTrue(life(pair.a()).continues(before));
      assertFalse(life(pair.b()).isServerOf(before));

      pair.a().kill9();
      pair.a().restart();
      ServerLife after = life(pair.a());
      assertTrue(after.isServerOf(before));
      assertFalse(after.continues(before), () -> after + " after " + before);
      execute(pair.a(), Account.ADMIN, "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
      assertFalse(life(pair.a()).durable(), "the binary log counts too");
      execute(pair.a(), Account.ADMIN, "SET GLOBAL sync_binlog = 1");
      assertTrue(life(pair.a()).durable());
      if (flavor == Flavor.MARIADB) {
        execute(pair.a(), Account.ADMIN, "RESET MASTER"); // as who sets it up anew has to
        assertFalse(life(pair.a()).isServerOf(before));
      }
    }
  }

  private static ServerLife life(DatabaseServer server) throws SQLException {
    try (Connection app = server.connect(Account.APP)) {
      return Dialect.of(app).life(app);
    }
  }

  private static void execute(DatabaseServer server, Account account, String sql)
      throws SQLException {
    try (Connection connection = server.connect(account)) {
      Sql.execute(connection, sql);
    }
  }
}

package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.internal.dialect.Dialect;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that dies while it sends leaves half a transaction behind, and its locks. */
@Tag("fault")
class HalfTransactionTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String LOCKED =
      "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_rows_modified > 0";

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @Test
  void locksOfHalfATransactionEndAndTheServerAnswersMeanwhile() throws Exception {
    try (DatabasePair pair = DatabasePair.builder(Flavor.MYSQL).directory(directory).start();
        Relay relay = new Relay(pair.a().port());
        Connection manager = pair.b().connect(Account.MANAGER);
        Connection helper = pair.b().connect(Account.MANAGER)) {
      Dialect dialect = Dialect.of(manager);
      execute(pair.a(), "CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, v LONGTEXT)");
      pair.awaitReplicated(PATIENCE);
      dialect.stopReplication(manager);
      execute(pair.b(), "CHANGE REPLICATION SOURCE TO SOURCE_PORT = " + relay.port());
      dialect.startReplication(manager);
      relay.slowDown(); // else all of it may have passed before anybody looks
      writeHalf(pair, relay, manager);

      assertFalse(dialect.stopReplication(manager), "the applier holds half a transaction");
      assertEquals("1", value(manager, LOCKED));
      helper.setNetworkTimeout(Runnable::run, (int) PATIENCE.toMillis());
      CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> giveUp(dialect, helper));
      manager.setNetworkTimeout(Runnable::run, 10_000);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                dialect.facts(manager); // answers while the other session waits
                return value(manager, LOCKED).equals("0");
              });
      stop.get(60, TimeUnit.SECONDS);
      assertFalse(dialect.facts(manager).replication().applying());
    }
  }

  /** One transaction of 32 MB, of which the link lets a part pass. */
  private static void writeHalf(DatabasePair pair, Relay relay, Connection manager)
      throws SQLException {
    try (Connection app = pair.a().connect(Account.APP);
        Statement statement = app.createStatement()) {
      app.setAutoCommit(false);
      for (int i = 0; i < 512; i++) {
        statement.execute("INSERT INTO item (v) VALUES (REPEAT('x', 65536))");
      }
      app.commit();
    }
    await()
        .pollInterval(Duration.ofMillis(200)) // asked within 100 ms InnoDB says what it said before
        .atMost(PATIENCE)
        .until(() -> !value(manager, LOCKED).equals("0"));
    relay.cut();
  }

  private static void giveUp(Dialect dialect, Connection helper) {
    try {
      dialect.giveUpHalf(helper);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void execute(DatabaseServer server, String sql) throws SQLException {
    try (Connection admin = server.connect(Account.ADMIN);
        Statement statement = admin.createStatement()) {
      statement.execute("USE appdb");
      statement.execute(sql);
    }
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}

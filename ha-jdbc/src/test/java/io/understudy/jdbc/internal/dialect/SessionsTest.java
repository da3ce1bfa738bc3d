package io.understudy.jdbc.internal.dialect;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.TestPool;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that wait for a frozen server, and how they are freed. */
class SessionsTest {
  private static final Executor THREADS = task -> new Thread(task).start();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** No time-out of the driver helps within the patience. */
  private static final int LATE_MILLIS = 120_000;

  @TempDir Path directory;

  private final Map<TestPool, DataSource> pools = new EnumMap<>(TestPool.class);

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsForAFrozenServerIsFreed(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start()) {
      Map<TestPool, Connection> borrowed = new EnumMap<>(TestPool.class);
      for (TestPool kind : TestPool.values()) {
        pools.put(kind, kind.open(pair.a()));
        Connection connection = pools.get(kind).getConnection();
        connection.setNetworkTimeout(Runnable::run, LATE_MILLIS);
        borrowed.put(kind, connection);
      }
      Map<TestPool, CompletableFuture<Void>> asking = new EnumMap<>(TestPool.class);
      borrowed.forEach(
          (kind, it) -> asking.put(kind, CompletableFuture.runAsync(() -> ask(it), THREADS)));
      try (Connection admin = pair.a().connect(Account.ADMIN)) {
        await().atMost(PATIENCE).until(() -> sleeping(admin) == borrowed.size());
      }
      pair.a().pause();
      borrowed.values().forEach(it -> THREADS.execute(() -> Sessions.abort(it)));
      asking.forEach(
          (kind, it) ->
              await(kind + " is freed").atMost(PATIENCE).until(it::isCompletedExceptionally));
      pair.a().resume();
    } finally {
      pools.values().forEach(TestPool::close);
    }
  }

  private static void ask(Connection connection) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT SLEEP(100)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long sleeping(Connection admin) throws SQLException {
    return Sql.rows(
            admin, "SELECT id FROM information_schema.processlist WHERE info = 'SELECT SLEEP(100)'")
        .size();
  }
}

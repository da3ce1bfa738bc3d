package io.understudy.jdbc.internal.director;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.HaDataSourceConfig.FailoverLimits;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceConfig.SwitchLimits;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import io.understudy.jdbc.internal.routing.Sight;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** A server that serves, and does not say how it stands: its replication holds a lock. */
@Tag("fault")
class MasterWatchTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofSeconds(5);

  @TempDir Path directory;

  private final ExecutorService helpers = Executors.newCachedThreadPool();
  private final Set<Sight> told = ConcurrentHashMap.newKeySet();
  private final AtomicInteger sessions = new AtomicInteger();

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @AfterEach
  void end() {
    helpers.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void whoServesIsSeenWhateverItsReplicationSays(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start()) {
      Hiding driver = new Hiding(pair.a());
      MasterWatch watch =
          new MasterWatch(
              new Master("db-01", driver, driver),
              new MasterWatch.Orders(
                  new TimeLimits(
                      SHORT, LONG, 1, LONG, LONG, SwitchLimits.DEFAULT, FailoverLimits.DEFAULT),
                  helpers,
                  (master, sight) -> told.add(sight),
                  (master, facts) -> {}),
              "watch");
      watch.start();
      try {
        await().until(() -> sessions.get() > 2); // two questions broke theirs
      } finally {
        watch.stop();
      }
      assertEquals(Set.of(Sight.OK), told);
    }
  }

  private final class Hiding extends AbstractDataSource {
    private final DatabaseServer server;

    Hiding(DatabaseServer server) {
      this.server = server;
    }

    @Override
    public Connection getConnection() throws SQLException {
      sessions.incrementAndGet();
      return MasterLinkTest.withoutStatus(server.connect(Account.MANAGER));
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      return getConnection();
    }
  }
}

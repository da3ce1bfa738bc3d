package io.understudy.jdbc.internal.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.util.DriverDataSource;
import io.understudy.ha.Leadership;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import io.understudy.jdbc.internal.routing.Input;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Observation;
import io.understudy.jdbc.internal.routing.Observation.Failed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.Observation.Kind;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.dbpair.StartOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a director's first contact with a real server tells it. */
class MasterLinkTest {
  private final ExecutorService helpers = Executors.newCachedThreadPool();

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @AfterEach
  void endHelpers() {
    helpers.shutdownNow();
  }

  @ParameterizedTest
  @EnumSource
  void masterThatMustBeClosedIsFencedBeforeItIsLookedAt(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start()) {
      assertEquals(Mode.OPEN, mode(firstLook(pair.a(), false)));
      assertEquals(Mode.CLOSED, mode(firstLook(pair.a(), true)));

      pair.a().kill9();
      pair.a().restart();
      assertEquals(Mode.OPEN, mode(firstLook(pair.a(), false)), "a restart forgets the fence");
      pair.a().kill9();
      pair.a().restart(StartOption.READ_ONLY, StartOption.REPLICATION_STOPPED);
      Healthy closed = (Healthy) firstLook(pair.a(), false);
      assertEquals(Mode.CLOSED, closed.facts().mode(), "as the option file says");
      assertTrue(closed.facts().replication().stopped(), closed::toString);
    }
  }

  @ParameterizedTest
  @EnumSource
  void managerWithoutAPrivilegeIsToldWhatToGrant(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection admin = pair.a().connect(Account.ADMIN);
        Statement revoke = admin.createStatement()) {
      revoke.execute("REVOKE PROCESS ON *.* FROM manager@'%'");
      Failed failed = (Failed) firstLook(pair.a(), true);
      assertEquals(Kind.DECLINED, failed.kind(), "the server lives");
      assertTrue(
          failed.message().contains("GRANT PROCESS ON *.* TO 'manager'@'%'"), failed::message);
    }
  }

  private static Mode mode(Observation observation) {
    return ((Healthy) observation).facts().mode();
  }

  private Observation firstLook(DatabaseServer server, boolean mustBeClosed) throws Exception {
    BlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
    DataSource manager =
        new DriverDataSource(
            server.jdbcUrl(),
            null,
            new Properties(),
            Account.MANAGER.user(),
            Account.MANAGER.password());
    MasterLink link =
        new MasterLink(
            new Master(server.name(), manager, manager),
            new MasterLink.Shared(
                new Lasting(),
                "understudy.db:test",
                patient(),
                name -> mustBeClosed,
                new ConcurrentHashMap<>(),
                helpers,
                inputs::add,
                fault -> {}),
            "link");
    link.start();
    try {
      return ((Probed) inputs.poll(60, TimeUnit.SECONDS)).observation();
    } finally {
      link.stop();
    }
  }

  /** A busy machine makes slow servers. */
  private static TimeLimits patient() {
    TimeLimits usual = TimeLimits.DEFAULT;
    return new TimeLimits(
        usual.probeInterval(),
        Duration.ofSeconds(20),
        usual.probeFailures(),
        usual.borrowTimeout(),
        usual.applyTimeout(),
        usual.switching());
  }

  /** A leadership that does not end. */
  private static final class Lasting implements Leadership {
    @Override
    public String role() {
      return "db:test";
    }

    @Override
    public long epoch() {
      return 1;
    }

    @Override
    public boolean isValid() {
      return true;
    }

    @Override
    public Duration remaining() {
      return Duration.ofDays(1);
    }
  }
}

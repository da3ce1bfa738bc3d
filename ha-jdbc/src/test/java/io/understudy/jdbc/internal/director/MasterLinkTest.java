package io.understudy.jdbc.internal.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.util.DriverDataSource;
import io.understudy.ha.Leadership;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.routing.Assignment;
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
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What a director's first contact with a real server tells it. */
class MasterLinkTest {
  private static final Assignment ELSEWHERE =
      new Assignment(1, Phase.SERVING, "another", "", "", 0, "test", List.of());

  private final ExecutorService helpers = Executors.newCachedThreadPool();

  private final AtomicBoolean leads = new AtomicBoolean(true);
  private Duration probeTimeout = Duration.ofSeconds(20);
  private Runnable afterConnecting = () -> {};
  private boolean statusHangs;

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

  /** The URL has no time-out, and the server froze once the driver was done with connecting. */
  @ParameterizedTest
  @EnumSource
  void serverThatFreezesOnceItIsConnectedIsSilent(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start()) {
      afterConnecting = pair.a()::pause;
      probeTimeout = Duration.ofSeconds(2);
      Failed failed = (Failed) firstLook(pair.a(), true);
      assertEquals(Kind.SILENT, failed.kind(), failed::toString);
      pair.a().resume();
    }
  }

  @ParameterizedTest
  @EnumSource
  void leadershipThatEndsWhileItConnectsEndsAndClosesNothing(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection successor = pair.a().connect(Account.MANAGER)) {
      Dialect.takeLock(successor, "understudy.db:test", () -> true);
      afterConnecting = () -> leads.set(false);
      Failed failed = (Failed) firstLook(pair.a(), true);
      assertTrue(failed.message().contains("lease of epoch 1 has ended"), failed::message);
      assertEquals(Mode.OPEN, Dialect.of(successor).facts(successor).mode());
    }
  }

  /** What waits for replication may hang; that is no reason to leave a server open. */
  @ParameterizedTest
  @EnumSource
  @Tag("fault")
  void masterIsClosedAlsoIfItsReplicationCannotBeAsked(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection other = pair.a().connect(Account.MANAGER)) {
      statusHangs = true;
      Failed failed = (Failed) firstLook(pair.a(), true);
      assertEquals(Kind.SILENT, failed.kind(), failed::toString);
      assertEquals(Mode.CLOSED, Dialect.of(other).facts(other).mode());
    }
  }

  private static Mode mode(Observation observation) {
    return ((Healthy) observation).facts().mode();
  }

  private Observation firstLook(DatabaseServer server, boolean mustBeClosed) throws Exception {
    BlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
    DataSource driver =
        new DriverDataSource(
            server.jdbcUrl(),
            null,
            new Properties(),
            Account.MANAGER.user(),
            Account.MANAGER.password());
    DataSource manager =
        new DelegatingDataSource(driver) {
          @Override
          public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            afterConnecting.run();
            return statusHangs ? withoutStatus(connection) : connection;
          }
        };
    MasterLink link =
        new MasterLink(
            new Master(server.name(), manager, manager),
            new MasterLink.Shared(
                new Lasting(leads),
                "understudy.db:test",
                patient(),
                null,
                () -> mustBeClosed ? ELSEWHERE : Assignment.NONE,
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

  /** The question how replication goes ends as if there were no answer in time. */
  static Connection withoutStatus(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            MasterLinkTest.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) -> {
              Object answer = call(connection, method, args);
              return answer instanceof Statement statement ? withoutStatus(statement) : answer;
            });
  }

  private static Statement withoutStatus(Statement statement) {
    return (Statement)
        Proxy.newProxyInstance(
            MasterLinkTest.class.getClassLoader(),
            new Class<?>[] {Statement.class},
            (proxy, method, args) -> {
              if (args != null && String.valueOf(args[0]).matches("SHOW (REPLICA|SLAVE) STATUS")) {
                throw new SQLTimeoutException("no answer, says the test", "08S01");
              }
              return call(statement, method, args);
            });
  }

  private static Object call(Object target, Method method, Object[] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** A busy machine makes slow servers. */
  private TimeLimits patient() {
    TimeLimits usual = TimeLimits.DEFAULT;
    return new TimeLimits(
        usual.probeInterval(),
        probeTimeout,
        usual.probeFailures(),
        usual.borrowTimeout(),
        usual.applyTimeout(),
        usual.switching(),
        usual.failover());
  }

  /** A leadership that ends when the test says so. */
  record Lasting(AtomicBoolean leads) implements Leadership {
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
      return leads.get();
    }

    @Override
    public Duration remaining() {
      return Duration.ofDays(1);
    }
  }
}

package io.understudy.jdbc.internal.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import io.understudy.jdbc.HaConnection;
import io.understudy.jdbc.HaDataSourceStatus.LendingStatus;
import io.understudy.jdbc.NoWriterException;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a member does while the writer drains; on a real server, whose product does not matter. */
class DrainingTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final MemberId SELF = MemberId.of("n1");
  private static final int BORROWERS = 4;
  private static final int ROUNDS = 150;

  private final HandRegister register = new HandRegister();
  private DatabasePair pair;
  private HikariDataSource pool;
  private Lending lending;

  @BeforeEach
  void begin() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
    pair = DatabasePair.builder(Flavor.MARIADB).start();
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(pair.a().jdbcUrl("appdb"));
    config.setUsername(Account.APP.user());
    config.setPassword(Account.APP.password());
    config.setMaximumPoolSize(BORROWERS);
    pool = new HikariDataSource(config);
    Router router = new Router("n1", register, Map.of(HandRegister.WRITER, slow(pool)));
    Duration borrow = Duration.ofMillis(300);
    lending =
        new Lending(
            router, borrow, Duration.ofSeconds(1), task -> new Thread(task).start(), "test-watch");
    lending.start();
    serve();
  }

  /** The route may change while a pool looks for a connection. */
  private static DataSource slow(DataSource pool) {
    return (DataSource)
        Proxy.newProxyInstance(
            DrainingTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, args) -> {
              LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(3_000_000));
              return method.invoke(pool, args);
            });
  }

  @AfterEach
  void close() {
    lending.stop();
    pool.close();
    pair.close();
  }

  @Test
  void whatIsOutGoesOnNothingElseGoesOutAndTheReturnIsTold() throws SQLException {
    try (Connection connection = lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("CREATE TABLE item (id INT PRIMARY KEY)");
      drain();
      NoWriterException held = assertThrows(NoWriterException.class, lending::borrow);
      assertTrue(held.getMessage().contains("planned for a test"), held::getMessage);
      assertEquals(1, statement.executeUpdate("INSERT INTO item VALUES (1)"));
      connection.commit();
      assertEquals(RegisterVersion.NONE, told());
    }
    await().until(() -> told().equals(register.view().value().version()));
    serve();
    try (Connection next = lending.borrow()) {
      assertTrue(next.isValid(1), "the same generation goes on");
    }
  }

  @Test
  void theStatusCountsWhatIsOutAndWhoWaits() throws Exception {
    assertEquals(new LendingStatus(Map.of(), 0, Duration.ZERO), lending.status());
    Connection out = lending.borrow();
    assertEquals(1, out.unwrap(HaConnection.class).route().generation());
    assertEquals("db-01", out.unwrap(HaConnection.class).route().writer());
    drain();
    Thread held = new Thread(() -> borrow(new AtomicInteger(), new AtomicBoolean()), "held");
    held.setDaemon(true);
    held.start();
    await()
        .until(
            () -> lending.status().waiting() == 1 && lending.status().longestWait().toMillis() > 0);
    assertEquals(Map.of(1L, 1), lending.status().connections());
    out.close();
    serve();
    await().until(() -> lending.status().waiting() == 0);
  }

  @Test
  void whoHasNothingOutTellsItAtOnceAndForEachDrainingAnew() {
    for (int i = 0; i < 3; i++) {
      drain();
      await().until(() -> told().equals(register.view().value().version()));
      serve();
    }
  }

  @Test
  void whoIsClosedIsDoneWithWhateverComes() {
    lending.stop();
    drain();
    assertTrue(told().isNewerThan(register.view().value().version()));
  }

  @Test
  void aChangeThatTakesLongerThanBorrowersWaitIsNotWorthWaitingFor() {
    drain();
    assertTrue(lending.isAvailable());
    await().until(() -> !lending.isAvailable());
    serve();
    assertTrue(lending.isAvailable());
  }

  @Test
  void nothingIsOutOnceItIsTold() throws InterruptedException {
    AtomicInteger out = new AtomicInteger();
    AtomicBoolean stopped = new AtomicBoolean();
    List<Thread> borrowers = new ArrayList<>();
    for (int i = 0; i < BORROWERS; i++) {
      borrowers.add(new Thread(() -> borrow(out, stopped), "borrower-" + i));
    }
    borrowers.forEach(Thread::start);
    int worst = 0;
    for (int i = 0; i < ROUNDS; i++) {
      drain();
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> told().equals(register.view().value().version()));
      for (int look = 0; look < 20; look++) {
        worst = Math.max(worst, out.get());
        LockSupport.parkNanos(100_000);
      }
      serve();
      LockSupport.parkNanos(2_000_000);
    }
    stopped.set(true);
    for (Thread borrower : borrowers) {
      borrower.join();
    }
    assertEquals(0, worst);
  }

  private void borrow(AtomicInteger out, AtomicBoolean stopped) {
    while (!stopped.get()) {
      try (Connection connection = lending.borrow()) {
        out.incrementAndGet();
        LockSupport.parkNanos(200_000);
        out.decrementAndGet();
        assertTrue(!connection.isClosed());
      } catch (SQLException e) {
        // It was held for longer than it waits; the next one may not be.
      }
    }
  }

  private void serve() {
    register.commit(HandRegister.serving(1));
    register.permit(HOUR);
    lending.wake();
  }

  private void drain() {
    register.commit(HandRegister.serving(1).draining("db-02", "planned for a test"));
    register.permit(HOUR);
    lending.wake();
  }

  private RegisterVersion told() {
    return register.doneBy().getOrDefault(SELF, RegisterVersion.NONE);
  }
}

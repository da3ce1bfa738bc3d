package io.understudy.jdbc.internal.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.understudy.jdbc.HaFailure;
import io.understudy.jdbc.NoWriterException;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.RetryableSqlException;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a borrower sees when the permit or the generation ends at an exact moment; on real servers.
 */
class GuardedConnectionTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LEASE = Duration.ofMillis(300);
  private static final Executor HELPERS = task -> new Thread(task, "test-helper").start();
  private static final Map<Flavor, DatabasePair> PAIRS = new EnumMap<>(Flavor.class);

  private final HandRegister register = new HandRegister();
  private final AtomicReference<Runnable> afterCommit = new AtomicReference<>(() -> {});
  private HikariDataSource pool;
  private Lending lending;

  @BeforeAll
  static void startServers() throws SQLException {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
    for (Flavor flavor : Flavor.values()) {
      DatabasePair pair = DatabasePair.builder(flavor).start();
      PAIRS.put(flavor, pair);
      try (Connection app = pair.a().connect(Account.APP);
          Statement statement = app.createStatement()) {
        statement.execute("CREATE TABLE item (id INT PRIMARY KEY)");
      }
    }
  }

  @AfterAll
  static void stopServers() {
    PAIRS.values().forEach(DatabasePair::close);
  }

  @AfterEach
  void close() throws SQLException {
    lending.stop();
    pool.close();
    for (DatabasePair pair : PAIRS.values()) {
      admin(pair, "SET GLOBAL read_only = OFF");
      admin(pair, "DELETE FROM appdb.item");
    }
  }

  private void begin(Flavor flavor) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(pair(flavor).a().jdbcUrl("appdb"));
    config.setUsername(Account.APP.user());
    config.setPassword(Account.APP.password());
    config.addDataSourceProperty("socketTimeout", "20000");
    config.setMaximumPoolSize(3);
    pool = new HikariDataSource(config);
    Router router = new Router("n1", register, Map.of(HandRegister.WRITER, committing(pool)));
    lending = new Lending(router, Duration.ofMillis(200), LEASE, HELPERS, "test-watch");
    lending.start();
    register.commit(HandRegister.serving(1));
    register.permit(HOUR);
  }

  @ParameterizedTest
  @EnumSource
  void permittedConnectionsWork(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = lending.borrow();
        Statement statement = connection.createStatement()) {
      assertEquals(1, statement.executeUpdate("INSERT INTO item VALUES (1)"));
      assertSame(connection, statement.getConnection());
      assertTrue(connection.isValid(0));
      try (ResultSet rows = statement.executeQuery("SELECT id FROM item")) {
        assertTrue(rows.next());
      }
      SQLException duplicate =
          assertThrows(
              SQLException.class, () -> statement.executeUpdate("INSERT INTO item VALUES (1)"));
      assertEquals(1062, duplicate.getErrorCode(), "errors of the application stay as they are");
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO item VALUES (2)");
      connection.rollback();
    }
    assertEquals(1, items(flavor));
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsSentWithoutAPermit(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = lending.borrow();
        PreparedStatement insert = connection.prepareStatement("INSERT INTO item VALUES (?)")) {
      insert.setInt(1, 1);
      register.permit(Duration.ZERO);
      assertLost(Outcome.NOT_EXECUTED, "08S02", insert::executeUpdate);
      assertLost(Outcome.NOT_EXECUTED, "08S02", connection::createStatement);
      assertFalse(connection.isValid(1));
    }
    assertEquals(0, items(flavor));
  }

  @ParameterizedTest
  @EnumSource
  void aTransactionWithoutAPermitIsRolledBack(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO item VALUES (1)");
      register.commit(HandRegister.serving(2));
      register.permit(HOUR);
      assertLost(
          Outcome.ROLLED_BACK,
          "08S02",
          () -> statement.executeUpdate("INSERT INTO item VALUES (2)"));
      assertLost(Outcome.ROLLED_BACK, "08S02", connection::commit);
      connection.rollback();
    }
    await().until(() -> items(flavor) == 0);
    try (Connection next = lending.borrow()) {
      assertTrue(next.isValid(1), "the next one belongs to generation 2");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCommitWhoseAnswerComesTooLateIsUnknown(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO item VALUES (1)");
      afterCommit.set(
          () ->
              register.commit(
                  HandRegister.serving(1).preparing(Phase.FAILING_OVER, "db-02", "moved")));
      assertLost(Outcome.UNKNOWN, "08007", connection::commit);
    }
    assertEquals(1, items(flavor), "it was done all the same");
  }

  @ParameterizedTest
  @EnumSource
  void switchingAutoCommitOnIsACommit(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection connection = lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO item VALUES (1)");
      register.permit(Duration.ZERO);
      assertLost(Outcome.ROLLED_BACK, "08S02", () -> connection.setAutoCommit(true));
    }
    await().until(() -> items(flavor) == 0);
  }

  @ParameterizedTest
  @EnumSource
  void aRunningStatementIsBrokenWhenThePermitRunsOut(Flavor flavor) throws SQLException {
    begin(flavor);
    register.permit(Duration.ofMillis(300));
    try (Connection connection = lending.borrow();
        Statement statement = connection.createStatement()) {
      assertLost(Outcome.UNKNOWN, "08007", () -> statement.executeQuery("SELECT SLEEP(60)"));
    }
    register.permit(Duration.ofMillis(300));
    try (Connection connection = lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      assertLost(Outcome.ROLLED_BACK, "08S02", () -> statement.executeQuery("SELECT SLEEP(60)"));
    }
  }

  /** The director wrote something else about the same writer, or a new director took over. */
  @ParameterizedTest
  @EnumSource
  void aPermitThatComesBackForTheSameGenerationDisturbsNobody(Flavor flavor) throws Exception {
    begin(flavor);
    try (Connection connection = lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO item VALUES (1)");
      lending.wake(); // the watch has seen the permit
      register.takeBack();
      CompletableFuture<Integer> waiting =
          CompletableFuture.supplyAsync(
              () -> update(statement, "INSERT INTO item VALUES (2)"), HELPERS);
      register.commit(HandRegister.serving(1));
      lending.wake();
      assertFalse(waiting.isDone(), "nothing is sent without a permit");
      register.permit(HOUR);
      assertEquals(1, waiting.get());
      connection.commit();
    }
    assertEquals(2, items(flavor));
  }

  @ParameterizedTest
  @EnumSource
  void aReadOnlyServerGivesClearOutcomes(Flavor flavor) throws SQLException {
    begin(flavor);
    try (Connection inTransaction = lending.borrow();
        Connection connection = lending.borrow();
        Statement first = inTransaction.createStatement();
        Statement statement = connection.createStatement()) {
      inTransaction.setAutoCommit(false);
      first.executeUpdate("INSERT INTO item VALUES (1)");
      admin(pair(flavor), "SET GLOBAL read_only = ON");
      SQLException refusal =
          assertLost(
              Outcome.NOT_EXECUTED,
              "08S02",
              () -> statement.executeUpdate("INSERT INTO item VALUES (2)"));
      assertEquals(1290, refusal.getErrorCode());
      assertLost(Outcome.ROLLED_BACK, "08S02", inTransaction::commit);
      assertLost(Outcome.NOT_EXECUTED, "08S02", () -> statement.execute("SELECT 1"));
    }
    await().until(() -> items(flavor) == 0);
  }

  @ParameterizedTest
  @EnumSource
  void withoutAWriterTheBorrowerIsToldWhatIsMissing(Flavor flavor) {
    begin(flavor);
    register.commit(
        HandRegister.serving(1).preparing(Phase.FAILING_OVER, "db-02", "db-01 is gone"));
    register.permit(HOUR);
    NoWriterException none = assertThrows(NoWriterException.class, lending::borrow);
    String message = String.valueOf(none.getMessage());
    assertTrue(message.contains("db-01 is gone"), message);
    assertTrue(
        message.contains("writer=none, phase=FAILING_OVER, generation=2, epoch=1, node=n1"),
        message);
    assertEquals("08001", none.getSQLState());
    assertEquals(Outcome.NOT_EXECUTED, Outcome.of(new IllegalStateException(none)).orElseThrow());
  }

  private interface Work {
    void run() throws SQLException;
  }

  private static SQLException assertLost(Outcome outcome, String sqlState, Work work) {
    SQLException lost = assertThrows(SQLException.class, work::run);
    assertEquals(outcome, assertInstanceOf(HaFailure.class, lost).outcome(), lost::getMessage);
    assertEquals(sqlState, lost.getSQLState(), lost::getMessage);
    assertEquals(outcome != Outcome.UNKNOWN, lost instanceof RetryableSqlException);
    return lost;
  }

  private static int update(Statement statement, String sql) {
    try {
      return statement.executeUpdate(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The pool, with something to happen between the server's answer to a commit and its check. */
  private DataSource committing(DataSource source) {
    return wrap(
        DataSource.class,
        source,
        answer -> answer instanceof Connection it ? wrap(Connection.class, it, a -> a) : answer);
  }

  private <T> T wrap(Class<T> type, T target, java.util.function.UnaryOperator<Object> withAnswer) {
    return type.cast(
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              try {
                Object answer = method.invoke(target, args);
                if (method.getName().equals("commit")) {
                  afterCommit.get().run();
                }
                return withAnswer.apply(answer);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private static DatabasePair pair(Flavor flavor) {
    DatabasePair pair = PAIRS.get(flavor);
    if (pair == null) {
      throw new IllegalStateException("no pair of " + flavor);
    }
    return pair;
  }

  private static void admin(DatabasePair pair, String sql) throws SQLException {
    try (Connection admin = pair.a().connect(Account.ADMIN);
        Statement statement = admin.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int items(Flavor flavor) throws SQLException {
    try (Connection app = pair(flavor).a().connect(Account.APP);
        Statement statement = app.createStatement();
        ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM item")) {
      count.next();
      return count.getInt(1);
    }
  }
}

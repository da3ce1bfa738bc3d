package io.understudy.jdbc.internal.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.HaFailure;
import io.understudy.jdbc.Outcome;
import io.understudy.samples.dbpair.Flavor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.PooledConnection;
import javax.sql.XAConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the wrapper of a connection passes on, holds back and says; on real servers. */
@ExtendWith(SharedPairs.class)
class SessionTest {
  /** Works on a connection that was lost, or fails for a reason of its own. */
  private static final Set<String> NOT_GUARDED =
      Set.of("close", "isClosed", "isValid", "abort", "rollback", "isWrapperFor", "setClientInfo");

  private GuardedSite site;
  private long generation = 1;

  private void begin(Flavor flavor) {
    site = new GuardedSite(flavor, "").started();
  }

  @AfterEach
  void end() throws SQLException {
    site.close();
  }

  /** A method that a later JDBC adds and nobody has thought of fails this test. */
  @ParameterizedTest
  @EnumSource
  void everyMethodOfALostConnectionSaysWhatBecameOfTheWork(Flavor flavor) throws Exception {
    begin(flavor);
    Set<String> silent = new TreeSet<>();
    for (Method method : Connection.class.getMethods()) {
      try (Connection connection = lost()) { // a commit that fails ends the open work
        if (Modifier.isAbstract(method.getModifiers()) && !saysOutcome(connection, method)) {
          silent.add(method.getName());
        }
      }
    }
    silent.removeAll(NOT_GUARDED);
    silent.remove("getAutoCommit"); // who cleans up asks for it
    assertEquals(Set.of(), silent);
    try (Connection connection = lost()) {
      connection.rollback();
      assertFalse(connection.isClosed());
      assertFalse(connection.isValid(1));
      assertFalse(connection.isWrapperFor(XAConnection.class));
    }
  }

  private Connection lost() throws SQLException {
    Connection connection = site.lending.borrow();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.executeQuery("SELECT 1").close();
      site.serve(++generation, HandRegister.WRITER); // this one's is over, without a wait
      assertThrows(SQLException.class, () -> statement.executeQuery("SELECT 1"));
    }
    return connection;
  }

  private static boolean saysOutcome(Connection connection, Method method) throws Exception {
    Object[] arguments = new Object[method.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) {
      Class<?> type = method.getParameterTypes()[i];
      arguments[i] = type == int.class ? (Object) 1 : type == boolean.class ? (Object) true : null;
      arguments[i] =
          type == String.class ? "x" : type == Class.class ? Runnable.class : arguments[i];
    }
    if (method.getName().equals("close") || method.getName().equals("abort")) {
      return false;
    }
    try {
      method.invoke(connection, arguments);
      return false;
    } catch (InvocationTargetException e) {
      return e.getCause() instanceof HaFailure failure && failure.outcome() == Outcome.ROLLED_BACK;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSetReachesTheServersSessionAndIsSetBackAtTheEnd(Flavor flavor) throws Exception {
    begin(flavor);
    Connection raw;
    String catalog;
    int isolation;
    try (Connection connection = site.lending.borrow()) {
      raw = connection.unwrap(driverType(flavor));
      catalog = raw.getCatalog();
      isolation = raw.getTransactionIsolation();
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      connection.setCatalog("information_schema");
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setNetworkTimeout(Runnable::run, 7_000);
      connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
      assertFalse(raw.getAutoCommit());
      assertTrue(raw.isReadOnly());
      assertEquals("information_schema", raw.getCatalog());
      assertEquals(Connection.TRANSACTION_SERIALIZABLE, raw.getTransactionIsolation());
      assertEquals(7_000, raw.getNetworkTimeout());
      assertEquals(raw.getHoldability(), connection.getHoldability());
      assertEquals(raw.getClientInfo(), connection.getClientInfo());
      assertEquals(raw.getSchema(), connection.getSchema());
      assertEquals(raw.getTypeMap(), connection.getTypeMap());
      connection.clearWarnings();
      assertNull(connection.getWarnings());
      connection.rollback();
    }
    try (Connection next = site.lending.borrow()) {
      assertSame(raw, next.unwrap(driverType(flavor)), "the same physical connection");
      assertTrue(next.getAutoCommit());
      assertFalse(next.isReadOnly());
      assertEquals(catalog, next.getCatalog());
      assertEquals(isolation, next.getTransactionIsolation());
      assertNotEquals(7_000, next.getNetworkTimeout());
    }
  }

  private static Class<? extends Connection> driverType(Flavor flavor) {
    return flavor == Flavor.MYSQL
        ? com.mysql.cj.jdbc.JdbcConnection.class
        : org.mariadb.jdbc.Connection.class;
  }

  @ParameterizedTest
  @EnumSource
  void everythingLeadsBackToTheWrapper(Flavor flavor) throws Exception {
    begin(flavor);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement("SELECT ?")) {
      prepared.setInt(1, 7);
      assertSame(connection, statement.getConnection());
      assertSame(connection, prepared.getConnection());
      assertSame(connection, connection.getMetaData().getConnection());
      try (ResultSet rows = statement.executeQuery("SELECT 1");
          ResultSet others = prepared.executeQuery();
          ResultSet tables = connection.getMetaData().getTables(null, null, "none", null)) {
        assertSame(statement, rows.getStatement());
        assertSame(prepared, others.getStatement());
        assertNull(tables.getStatement(), "it belongs to the driver");
        assertTrue(others.next());
        assertEquals(7, others.getInt(1));
      }
      assertTrue(statement.execute("SELECT 2"));
      assertSame(statement, statement.getResultSet().getStatement());
      assertSame(connection, connection.unwrap(Connection.class));
      assertNotSame(connection, connection.unwrap(driverType(flavor)));
      assertEquals(prepared, prepared);
      assertNotEquals(prepared, statement);
    }
  }

  @ParameterizedTest
  @EnumSource
  void distributedTransactionsAreRefused(Flavor flavor) throws Exception {
    begin(flavor);
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      for (Class<?> type : Set.of(XAConnection.class, PooledConnection.class)) {
        SQLException refusal = assertThrows(SQLException.class, () -> connection.unwrap(type));
        assertInstanceOf(SQLFeatureNotSupportedException.class, refusal);
        assertFalse(connection.isWrapperFor(type));
      }
      assertRefused(() -> statement.execute(" xa START 'x'"));
      assertRefused(() -> connection.prepareStatement("XA RECOVER"));
      assertRefused(() -> statement.addBatch("XA COMMIT 'x'"));
      assertTrue(statement.execute("SELECT 1 AS xa"), "and the connection goes on");
    }
  }

  private interface Work {
    void run() throws SQLException;
  }

  private static void assertRefused(Work work) {
    SQLException refusal = assertThrows(SQLFeatureNotSupportedException.class, work::run);
    assertTrue(refusal.getMessage().contains("local transactions"), refusal::getMessage);
  }

  @ParameterizedTest
  @EnumSource
  void aSessionThatIsKilledTellsItWithWhateverComesNext(Flavor flavor) throws Exception {
    begin(flavor);
    assertKilled(Connection::setSavepoint); // its BEGIN as text may have committed
    assertKilled(Connection::commit);
    try (Connection connection = site.lending.borrow()) {
      kill(connection);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      SQLException next = assertThrows(SQLException.class, connection::createStatement);
      assertTrue(Outcome.mayRepeat(next), next::getMessage);
    }
    try (Connection connection = site.lending.borrow()) {
      connection.setAutoCommit(false);
      kill(connection);
      connection.rollback();
    }
    await().until(() -> site.first.getHikariPoolMXBean().getTotalConnections() == 0);
  }

  private interface Use {
    void on(Connection connection) throws SQLException;
  }

  private void assertKilled(Use use) throws SQLException {
    try (Connection connection = site.lending.borrow()) {
      connection.setAutoCommit(false);
      begin(connection);
      kill(connection);
      SQLException lost = assertThrows(SQLException.class, () -> use.on(connection));
      assertEquals(
          Outcome.UNKNOWN, assertInstanceOf(HaFailure.class, lost).outcome(), lost::getMessage);
      SQLException next = assertThrows(SQLException.class, connection::createStatement);
      assertEquals(Outcome.UNKNOWN, Outcome.of(next).orElseThrow(), next::getMessage);
    }
  }

  /** A driver may know that there is nothing to commit. */
  private static void begin(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("START TRANSACTION");
    }
  }

  private void kill(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet id = statement.executeQuery("SELECT CONNECTION_ID()")) {
      id.next();
      GuardedSite.admin(site.pair.a(), "KILL " + id.getLong(1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void ifATextSwitchedAutoCommitNothingIsSaidToBeRolledBack(Flavor flavor) throws Exception {
    begin(flavor);
    site.register.permit(Duration.ofSeconds(2)); // what is borrowed is kept for as long as that
    try (Connection connection = site.lending.borrow();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SET AutoCommit = 1");
      SQLException lost =
          assertThrows(SQLException.class, () -> statement.executeQuery("SELECT SLEEP(60)"));
      assertEquals(Outcome.UNKNOWN, Outcome.of(lost).orElseThrow(), lost::getMessage);
    }
  }
}

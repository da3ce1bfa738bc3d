package io.understudy.jdbc.internal.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.NoWriterException;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.TestPool;
import io.understudy.jdbc.WriterLostException;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What becomes of the connections that pools keep; on a real server, whose product does not matter.
 */
@ExtendWith(SharedPairs.class)
class PoolsTest {
  private final HandRegister register = new HandRegister();
  private final DatabaseServer server = SharedPairs.of(Flavor.MARIADB).a();
  private DataSource pool;
  private Lending lending;

  private void begin(TestPool kind) throws SQLException {
    GuardedSite.admin(server, "CREATE TABLE appdb.pooled (id INT PRIMARY KEY)");
    pool = kind.open(server);
    Router router = new Router("n1", register, Map.of(HandRegister.WRITER, pool));
    lending =
        new Lending(
            router,
            Duration.ofMillis(300),
            Duration.ofMillis(300),
            task -> new Thread(task, "test-helper").start(),
            "test-watch");
    lending.start();
    serve(1);
  }

  private void serve(long generation) {
    register.commit(HandRegister.serving(generation));
    register.permit(GuardedSite.HOUR);
    lending.wake();
  }

  @AfterEach
  void end() throws Exception {
    lending.stop();
    TestPool.close(pool);
    GuardedSite.admin(server, "SET GLOBAL read_only = OFF", "DROP TABLE appdb.pooled");
    // DBCP2 replaces a connection that was discarded, even while it is being closed.
    for (long id : ids()) {
      kill(id);
    }
    await().until(() -> sessions() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void idleOnesAreEvictedWithTheirGeneration(TestPool kind) throws Exception {
    begin(kind);
    List<Connection> lent = new ArrayList<>();
    for (int i = 0; i < TestPool.SIZE; i++) {
      lent.add(lending.borrow());
    }
    for (Connection connection : lent) {
      connection.close();
    }
    await().until(() -> sessions() == (kind == TestPool.PLAIN ? 0 : TestPool.SIZE));
    register.commit(HandRegister.serving(1).preparing(Phase.SWITCHING, "db-02", "moved"));
    lending.wake();
    await().until(() -> sessions() == 0);
    serve(3);
    assertWorks();
  }

  @ParameterizedTest
  @EnumSource
  void borrowedOnesAreAbortedAndNotLentAgain(TestPool kind) throws Exception {
    begin(kind);
    try (Connection connection = lending.borrow()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate("INSERT INTO pooled VALUES (1)");
      }
      serve(2);
      await().until(() -> sessions() == 0);
      WriterLostException lost = assertThrows(WriterLostException.class, connection::commit);
      assertEquals(Outcome.ROLLED_BACK, lost.outcome());
    }
    assertWorks();
  }

  @ParameterizedTest
  @EnumSource
  void brokenOnesAreNotLentAgain(TestPool kind) throws Exception {
    begin(kind);
    for (int i = 0; i < TestPool.SIZE + 1; i++) {
      try (Connection connection = lending.borrow();
          Statement statement = connection.createStatement();
          ResultSet id = statement.executeQuery("SELECT CONNECTION_ID()")) {
        id.next();
        GuardedSite.admin(server, "KILL " + id.getLong(1));
        SQLException broken =
            assertThrows(SQLException.class, () -> statement.executeUpdate("DELETE FROM pooled"));
        assertEquals(Outcome.UNKNOWN, Outcome.of(broken).orElseThrow());
      }
    }
    assertWorks();
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalToWriteEvicts(TestPool kind) throws Exception {
    begin(kind);
    GuardedSite.admin(server, "SET GLOBAL read_only = ON");
    try (Connection connection = lending.borrow();
        Statement statement = connection.createStatement()) {
      assertThrows(
          WriterLostException.class,
          () -> statement.executeUpdate("INSERT INTO pooled VALUES (1)"));
      await().until(() -> sessions() == 0);
    }
    GuardedSite.admin(server, "SET GLOBAL read_only = OFF");
    assertWorks();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PLAIN")
  void anEmptyPoolIsToldAsSuch(TestPool kind) throws Exception {
    begin(kind);
    List<Connection> lent = new ArrayList<>();
    for (int i = 0; i < TestPool.SIZE; i++) {
      lent.add(lending.borrow());
    }
    NoWriterException none = assertThrows(NoWriterException.class, lending::borrow);
    assertTrue(none.getMessage().contains("its pool gave none"), none::getMessage);
    assertInstanceOf(SQLException.class, none.getCause());
    for (Connection connection : lent) {
      connection.close();
    }
    assertWorks();
  }

  @ParameterizedTest
  @EnumSource
  void aWrongPasswordIsToldAtOnce(TestPool kind) throws Exception {
    begin(kind);
    GuardedSite.admin(server, "ALTER USER app@'%' IDENTIFIED BY 'rotated'");
    try {
      SQLException refused = assertThrows(SQLException.class, lending::borrow);
      assertTrue(Outcome.of(refused).isEmpty() || kind == TestPool.HIKARI, refused::toString);
    } finally {
      GuardedSite.admin(
          server, "ALTER USER app@'%' IDENTIFIED BY '" + Account.APP.password() + "'");
    }
  }

  private void assertWorks() throws SQLException {
    for (int i = 0; i < 2 * TestPool.SIZE; i++) {
      try (Connection connection = lending.borrow();
          Statement statement = connection.createStatement()) {
        assertEquals(1, statement.executeUpdate("INSERT INTO pooled VALUES (" + (i + 10) + ")"));
      }
    }
  }

  private void kill(long id) throws SQLException {
    try {
      GuardedSite.admin(server, "KILL " + id);
    } catch (SQLException e) {
      assertEquals(1094, e.getErrorCode(), "it has ended by itself");
    }
  }

  private int sessions() throws SQLException {
    return ids().size();
  }

  private List<Long> ids() throws SQLException {
    List<Long> ids = new ArrayList<>();
    try (Connection admin = server.connect(Account.ADMIN);
        Statement statement = admin.createStatement();
        ResultSet rows = statement.executeQuery("SHOW PROCESSLIST")) {
      while (rows.next()) {
        if (rows.getString("User").equals(Account.APP.user())) {
          ids.add(rows.getLong("Id"));
        }
      }
    }
    return ids;
  }
}

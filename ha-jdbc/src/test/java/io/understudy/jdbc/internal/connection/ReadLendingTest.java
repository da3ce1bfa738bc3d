package io.understudy.jdbc.internal.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.HaConnection;
import io.understudy.jdbc.NoWriterException;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.TestPool;
import io.understudy.jdbc.WriterLostException;
import io.understudy.jdbc.internal.connection.ReadLending.Limits;
import io.understudy.jdbc.internal.connection.ReadLending.Standing;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLSyntaxErrorException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections for reading from real servers, without a permit. */
@ExtendWith(SharedPairs.class)
class ReadLendingTest {
  private static final Standing OPEN = new Standing(true, Optional.of(true), OptionalLong.empty());
  private static final Standing GONE = new Standing(false, Optional.empty(), OptionalLong.of(0));

  private final HandRegister register = new HandRegister();
  private final Map<String, Standing> standings = new ConcurrentHashMap<>();

  private static Standing behind(long seconds) {
    return new Standing(true, Optional.of(false), OptionalLong.of(seconds));
  }

  /** Of a JVM that has no permit. */
  private ReadLending lending(DataSource first, DataSource second, Duration grace) {
    Map<String, DataSource> pools = new LinkedHashMap<>();
    pools.put("db-01", first);
    pools.put("db-02", second);
    register.commit(HandRegister.serving(1));
    return new ReadLending(
        new Router("n1", register, Map.copyOf(pools)),
        pools,
        () -> standings,
        new Limits(Duration.ofSeconds(10), Duration.ofMillis(200), grace),
        Runnable::run);
  }

  private static void table(DatabaseServer server, String... more) throws SQLException {
    GuardedSite.admin(
        server,
        "SET sql_log_bin = 0",
        "CREATE TABLE IF NOT EXISTS appdb.reading (id INT PRIMARY KEY AUTO_INCREMENT, note TEXT)");
    GuardedSite.admin(server, more);
  }

  private static long value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  // ---- sessions

  @ParameterizedTest
  @CsvSource({
    "MYSQL, HIKARI", "MYSQL, TOMCAT", "MYSQL, DBCP2", "MYSQL, PLAIN",
    "MARIADB, HIKARI", "MARIADB, TOMCAT", "MARIADB, DBCP2", "MARIADB, PLAIN"
  })
  void aSessionCannotWriteAndGoesBackAsItCame(Flavor flavor, TestPool kind) throws SQLException {
    DatabaseServer server = SharedPairs.of(flavor).a();
    table(server);
    DataSource pool = kind.open(server);
    try {
      ReadLending lending = lending(pool, pool, Duration.ZERO);
      long before = GuardedSite.count(server, "reading");
      long session;
      try (Connection reader = lending.borrow()) {
        assertTrue(reader.isReadOnly());
        session = GuardedSite.session(reader);
        assertEquals(before, value(reader, "SELECT COUNT(*) FROM reading"));
        assertEquals("db-01", reader.unwrap(HaConnection.class).master());
        assertEquals(1, lending.status(Duration.ZERO).connections().get("db-01"));
      }
      try (Connection writer = pool.getConnection();
          Statement insert = writer.createStatement()) {
        if (kind != TestPool.PLAIN) {
          assertEquals(session, GuardedSite.session(writer), "the same session");
        }
        assertFalse(writer.isReadOnly());
        insert.executeUpdate("INSERT INTO reading (note) VALUES ('writes again')");
      }
      assertEquals(before + 1, GuardedSite.count(server, "reading"));
      assertEquals(Map.of(), lending.status(Duration.ZERO).connections());
    } finally {
      TestPool.close(pool);
    }
  }

  /** What the text check lets through, or would if it were wrong. */
  @ParameterizedTest
  @EnumSource
  void theServerRefusesWhatWritesBehindARead(Flavor flavor) throws SQLException {
    DatabaseServer server = SharedPairs.of(flavor).a();
    table(
        server,
        "SET GLOBAL log_bin_trust_function_creators = ON",
        "DROP FUNCTION IF EXISTS appdb.writes",
        "CREATE FUNCTION appdb.writes() RETURNS INT MODIFIES SQL DATA BEGIN"
            + " INSERT INTO appdb.reading (note) VALUES ('by a function'); RETURN 1; END");
    DataSource pool = TestPool.PLAIN.open(server);
    long before = GuardedSite.count(server, "reading");
    ReadLending lending = lending(pool, pool, Duration.ZERO);
    for (boolean autoCommit : List.of(true, false)) {
      try (Connection reader = lending.borrow()) {
        reader.setAutoCommit(autoCommit);
        assertEquals(1, value(reader, "SELECT @@session." + readOnlyVariable(flavor)));
        SQLException refused =
            assertThrows(SQLException.class, () -> value(reader, "SELECT writes()"));
        assertEquals(1792, refused.getErrorCode(), refused::getMessage);
        if (!autoCommit) {
          reader.commit();
        }
      }
    }
    if (flavor == Flavor.MARIADB) {
      table(server, "CREATE SEQUENCE IF NOT EXISTS appdb.numbers");
      try (Connection reader = lending.borrow()) {
        assertThrows(SQLException.class, () -> value(reader, "SELECT NEXTVAL(numbers)"));
      }
    }
    assertEquals(before, GuardedSite.count(server, "reading"));
  }

  private static String readOnlyVariable(Flavor flavor) {
    return flavor == Flavor.MARIADB ? "tx_read_only" : "transaction_read_only";
  }

  @ParameterizedTest
  @EnumSource
  void nothingThatCouldEndReadOnlyModeIsSent(Flavor flavor) throws SQLException {
    DatabaseServer server = SharedPairs.of(flavor).a();
    table(server);
    DataSource pool =
        TestPool.PLAIN.open(server.jdbcUrl("appdb") + separator(server) + "allowMultiQueries=true");
    long before = GuardedSite.count(server, "reading");
    List<String> texts =
        List.of(
            "INSERT INTO reading (note) VALUES ('no')",
            "SET SESSION TRANSACTION READ WRITE",
            " /* a */ set @@session." + readOnlyVariable(flavor) + " = 0",
            "/*!50000 SET SESSION TRANSACTION READ WRITE */",
            "/*!999999 SELECT */ SET SESSION TRANSACTION READ WRITE",
            "/*M!999999 SELECT */ INSERT INTO reading (note) VALUES ('no')",
            "START TRANSACTION READ WRITE",
            "BEGIN",
            "COMMIT",
            "XA START 'a'",
            "CALL p()",
            "PREPARE s FROM 'SET SESSION TRANSACTION READ WRITE'",
            "EXECUTE s",
            "DO 1",
            "LOCK TABLES reading WRITE",
            "SELECT 1; SET SESSION TRANSACTION READ WRITE",
            "SELECT 1;INSERT INTO reading (note) VALUES ('no')",
            "");
    try (Connection reader = lending(pool, pool, Duration.ZERO).borrow();
        Statement statement = reader.createStatement()) {
      for (String text : texts) {
        assertThrows(SQLSyntaxErrorException.class, () -> statement.execute(text), text);
        assertThrows(SQLSyntaxErrorException.class, () -> statement.executeQuery(text), text);
        assertThrows(SQLSyntaxErrorException.class, () -> statement.addBatch(text), text);
        assertThrows(SQLSyntaxErrorException.class, () -> reader.prepareStatement(text), text);
      }
      assertThrows(SQLException.class, () -> reader.prepareCall("{call p()}"));
      assertThrows(SQLException.class, () -> reader.setReadOnly(false));
      assertThrows(
          SQLFeatureNotSupportedException.class,
          () -> reader.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE));
      assertNoWayBehind(reader, statement);
      try (PreparedStatement parameter = reader.prepareStatement("SELECT ? AS text;")) {
        parameter.setString(1, "a;b");
        assertTrue(parameter.execute());
      }
      assertEquals(before, value(reader, "SELECT COUNT(*) FROM reading"));
    }
  }

  private static void assertNoWayBehind(Connection reader, Statement statement)
      throws SQLException {
    String driver = statement.getConnection().getMetaData().getDriverName();
    Class<?> type =
        driver.contains("Maria")
            ? org.mariadb.jdbc.Connection.class
            : com.mysql.cj.jdbc.JdbcConnection.class;
    assertThrows(SQLException.class, () -> reader.unwrap(type));
    assertThrows(SQLException.class, () -> statement.unwrap(org.mariadb.jdbc.Statement.class));
    assertSame(reader, statement.getConnection());
    assertSame(reader, reader.getMetaData().getConnection());
    try (ResultSet rows = statement.executeQuery("SELECT 1")) {
      assertSame(statement, rows.getStatement());
      assertThrows(SQLException.class, () -> rows.unwrap(org.mariadb.jdbc.Statement.class));
    }
  }

  private static String separator(DatabaseServer server) {
    return server.jdbcUrl("appdb").contains("?") ? "&" : "?";
  }

  // ---- which master, and for how long

  @ParameterizedTest
  @EnumSource
  void theLastWriterIsReadFromFirstAndAnotherIfThatIsGone(Flavor flavor) throws SQLException {
    DataSource first = TestPool.PLAIN.open(SharedPairs.of(flavor).a());
    DataSource second = TestPool.PLAIN.open(SharedPairs.of(flavor).b());
    ReadLending lending = lending(first, second, Duration.ZERO);
    assertReadsFrom("db-01", lending); // nobody has looked yet, but it was agreed
    standings.put("db-01", OPEN);
    standings.put("db-02", behind(3));
    assertReadsFrom("db-01", lending);
    standings.put("db-01", GONE);
    assertReadsFrom("db-02", lending);
    standings.put("db-01", behind(2)); // it was fenced: another one is the writer now
    standings.put("db-02", OPEN);
    assertReadsFrom("db-01", lending);
    standings.put("db-01", behind(11));
    assertReadsFrom("db-02", lending);
    standings.put("db-02", behind(20));
    NoWriterException none = assertThrows(NoWriterException.class, lending::borrow);
    assertEquals(Outcome.NOT_EXECUTED, none.outcome());
    String message = String.valueOf(none.getMessage());
    assertTrue(message.contains("db-01: it is 11 s behind, 10 s are allowed"), message);
    assertTrue(message.contains("db-02: it is 20 s behind, 10 s are allowed"), message);
    assertEquals(2, lending.status(Duration.ZERO).refused().size());
    register.permit(Duration.ofHours(1)); // whatever was seen: the director vouches for it
    assertReadsFrom("db-01", lending);
  }

  private static void assertReadsFrom(String master, ReadLending lending) throws SQLException {
    try (Connection reader = lending.borrow()) {
      assertEquals(master, reader.unwrap(HaConnection.class).master());
      assertEquals(1, value(reader, "SELECT 1"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void aConnectionOfAGenerationThatIsOverIsLostAfterAWhile(Flavor flavor) throws SQLException {
    DataSource first = TestPool.PLAIN.open(SharedPairs.of(flavor).a());
    DataSource second = TestPool.PLAIN.open(SharedPairs.of(flavor).b());
    ReadLending patient = lending(first, second, Duration.ofMinutes(1));
    ReadLending strict = lending(first, second, Duration.ZERO);
    try (Connection kept = patient.borrow();
        Connection left = strict.borrow()) {
      left.setAutoCommit(false);
      assertEquals(1, value(left, "SELECT 1"));
      register.takeBack(); // no permit, and the generation is the same
      assertEquals(1, value(left, "SELECT 1"));
      register.commit(HandRegister.serving(2, "db-02"));
      patient.wake();
      strict.wake();
      assertEquals(1, value(kept, "SELECT 1"));
      WriterLostException lost =
          assertInstanceOf(
              WriterLostException.class,
              assertThrows(SQLException.class, () -> value(left, "SELECT 1")));
      assertEquals(Outcome.ROLLED_BACK, lost.outcome());
      assertEquals(1, lost.route().generation());
      left.rollback(); // there is nothing left to roll back
    }
    assertReadsFrom("db-02", strict);
    strict.stop();
    assertThrows(NoWriterException.class, strict::borrow);
  }

  @ParameterizedTest
  @EnumSource
  void anAccountThatMayOnlySelectIsEnough(Flavor flavor) throws SQLException {
    DatabaseServer server = SharedPairs.of(flavor).a();
    table(
        server,
        "SET sql_log_bin = 0",
        "CREATE USER reader@'%' IDENTIFIED "
            + (flavor == Flavor.MYSQL ? "WITH mysql_native_password " : "")
            + "BY 'reader-secret'",
        "GRANT SELECT ON appdb.* TO reader@'%'");
    DataSource pool =
        new com.zaxxer.hikari.util.DriverDataSource(
            server.jdbcUrl("appdb"), null, new java.util.Properties(), "reader", "reader-secret");
    try (Connection reader = lending(pool, pool, Duration.ZERO).borrow()) {
      assertTrue(value(reader, "SELECT COUNT(*) FROM reading") >= 0);
      assertTrue(value(reader, "SELECT LENGTH(CURRENT_USER())") > 0);
    }
    try (Connection admin = server.connect(Account.ADMIN);
        Statement drop = admin.createStatement()) {
      drop.execute("SET sql_log_bin = 0");
      drop.execute("DROP USER reader@'%'");
    }
  }
}

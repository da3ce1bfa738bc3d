package io.understudy.samples.dbpair;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatabasePairTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int READ_ONLY_ERROR = 1290;

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  @ParameterizedTest
  @EnumSource
  void firstServerIssuesOddIdsAndSecondEvenOnesAndBothGetAllRows(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start()) {
      createOrders(pair);
      List<Long> ofA = List.of(order(pair.a()), order(pair.a()));
      pair.awaitReplicated(PATIENCE);
      List<Long> ofB = List.of(order(pair.b()), order(pair.b()));
      pair.awaitReplicated(PATIENCE);

      assertTrue(ofA.stream().allMatch(id -> id % 2 == 1), () -> "of db-01: " + ofA);
      assertTrue(ofB.stream().allMatch(id -> id % 2 == 0), () -> "of db-02: " + ofB);
      List<Long> all = new ArrayList<>(ofA);
      all.addAll(ofB);
      assertEquals(all, orders(pair.a()));
      assertEquals(all, orders(pair.b()));
      assertTrue(ask(pair.a(), "SELECT VERSION()").startsWith(flavor.version()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void killedServerComesBackOnItsPortAndCatchesUp(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start()) {
      createOrders(pair);
      long before = order(pair.a());
      pair.awaitReplicated(PATIENCE);
      long firstPid = pair.a().pid();

      pair.a().kill9();
      assertFalse(pair.a().isRunning());
      assertThrows(SQLException.class, () -> pair.a().connect(Account.APP));
      long meanwhile = order(pair.b());
      pair.a().restart();

      assertTrue(pair.a().isRunning());
      assertTrue(firstPid != pair.a().pid());
      pair.awaitReplicated(PATIENCE);
      long after = order(pair.a());
      pair.awaitReplicated(PATIENCE);
      assertEquals(List.of(before, meanwhile, after), orders(pair.a()));
      assertEquals(List.of(before, meanwhile, after), orders(pair.b()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void restartedServerCanBeReadOnlyAndLeaveReplicationToOthers(Flavor flavor) throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start()) {
      createOrders(pair);
      pair.awaitReplicated(PATIENCE);
      pair.a().kill9();
      order(pair.b());

      pair.a().restart(StartOption.READ_ONLY, StartOption.REPLICATION_STOPPED);

      assertEquals(READ_ONLY_ERROR, refusal(pair.a()).getErrorCode());
      assertTrue(orders(pair.a()).isEmpty());
      try (Connection manager = pair.a().connect(Account.MANAGER)) {
        Sql.execute(manager, flavor.product().startReplication());
      }
      pair.awaitReplicated(pair.b(), pair.a(), PATIENCE);
      assertEquals(orders(pair.b()), orders(pair.a()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void frozenServerAcceptsConnectionsAndAnswersNothingUntilItGoesOn(Flavor flavor)
      throws Exception {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start()) {
      createOrders(pair);
      pair.a().pause();
      assertTrue(pair.a().isRunning());
      assertThrows(SQLException.class, () -> connectPatientFor(pair.a(), 300));
      long meanwhile = order(pair.b());

      pair.a().resume();

      pair.awaitReplicated(pair.b(), pair.a(), PATIENCE);
      assertEquals(List.of(meanwhile), orders(pair.a()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void equalOffsetsLetIdsCollide(Flavor flavor) throws Exception {
    try (DatabasePair pair =
        DatabasePair.builder(flavor).directory(directory).increment(3).offsets(2, 2).start()) {
      for (DatabaseServer server : pair.servers()) {
        assertEquals("3", ask(server, "SELECT @@global.auto_increment_increment"));
        assertEquals("2", ask(server, "SELECT @@global.auto_increment_offset"));
      }
      createOrders(pair);
      pair.awaitReplicated(PATIENCE);
      stopReplication(pair);
      assertEquals(order(pair.a()), order(pair.b()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void startedReadOnlyUntilTheManagerOpensOne(Flavor flavor) throws Exception {
    try (DatabasePair pair =
        DatabasePair.builder(flavor).directory(directory).startReadOnly().start()) {
      assertEquals(READ_ONLY_ERROR, refusal(pair.a()).getErrorCode());
      assertEquals(READ_ONLY_ERROR, refusal(pair.b()).getErrorCode());
      try (Connection manager = pair.a().connect(Account.MANAGER)) {
        Sql.execute(manager, "SET GLOBAL read_only = OFF");
      }
      createOrders(pair);
      order(pair.a());
      pair.awaitReplicated(PATIENCE);
      assertEquals(orders(pair.a()), orders(pair.b()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedPairLeavesNoProcessAndNoFile(Flavor flavor) throws Exception {
    DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
    pair.a().pause();

    pair.close();
    pair.close();

    assertFalse(pair.a().isRunning());
    assertFalse(pair.b().isRunning());
    try (var left = Files.list(directory)) {
      assertEquals(List.of(), left.toList());
    }
    assertThrows(IllegalStateException.class, () -> pair.a().restart());
  }

  @ParameterizedTest
  @EnumSource
  void failedStartTellsWhatTheServerSaid(Flavor flavor) {
    var builder = DatabasePair.builder(flavor).directory(directory).option("--no-such-option=1");

    String message = assertThrows(DatabasePairException.class, builder::start).toString();

    assertAll(
        () -> assertTrue(message.contains("db-01"), message),
        () -> assertTrue(message.contains("no-such-option"), message),
        () -> assertTrue(message.contains("127.0.0.1:"), message),
        () -> assertTrue(message.contains("ended with status"), message));
    assertFalse(Files.exists(directory.resolve("db-01")));
  }

  private static void createOrders(DatabasePair pair) throws SQLException {
    try (Connection app = pair.a().connect(Account.APP)) {
      Sql.execute(app, "CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, note TEXT)");
    }
    pair.awaitReplicated(PATIENCE);
  }

  private static long order(DatabaseServer server) throws SQLException {
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement()) {
      statement.executeUpdate(
          "INSERT INTO orders (note) VALUES ('tea')", Statement.RETURN_GENERATED_KEYS);
      try (ResultSet keys = statement.getGeneratedKeys()) {
        assertTrue(keys.next());
        return keys.getLong(1);
      }
    }
  }

  private static List<Long> orders(DatabaseServer server) throws SQLException {
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id FROM orders ORDER BY id")) {
      List<Long> ids = new ArrayList<>();
      while (rows.next()) {
        ids.add(rows.getLong(1));
      }
      return ids;
    }
  }

  private static SQLException refusal(DatabaseServer server) throws SQLException {
    try (Connection app = server.connect(Account.APP)) {
      return assertThrows(
          SQLException.class, () -> Sql.execute(app, "CREATE TABLE forbidden (id INT)"));
    }
  }

  private static String ask(DatabaseServer server, String query) throws SQLException {
    try (Connection app = server.connect(Account.APP)) {
      return Sql.text(app, query);
    }
  }

  private static void stopReplication(DatabasePair pair) throws SQLException {
    for (DatabaseServer server : pair.servers()) {
      try (Connection manager = server.connect(Account.MANAGER)) {
        Sql.execute(manager, "STOP SLAVE");
      }
    }
  }

  private static void connectPatientFor(DatabaseServer server, int millis) throws SQLException {
    Sql.connect(server.jdbcUrl("appdb"), Account.APP, Duration.ofMillis(millis)).close();
  }
}

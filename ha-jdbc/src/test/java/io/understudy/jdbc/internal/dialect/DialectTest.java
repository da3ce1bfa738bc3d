package io.understudy.jdbc.internal.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.internal.routing.IdSeries;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.ServerFacts.Fetching;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said to real servers, with the privileges of a manager and no more. */
class DialectTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void aManagerCanDoAllOfIt(Flavor flavor) throws SQLException {
    try (DatabasePair pair = DatabasePair.builder(flavor).directory(directory).start();
        Connection a = pair.a().connect(Account.MANAGER);
        Connection b = pair.b().connect(Account.MANAGER)) {
      Dialect dialect = Dialect.of(a);
      tellsFacts(dialect, a, b);
      fencesAndOpens(dialect, a, pair.a());
      stopsCountsAndGoesOn(dialect, a, b, pair);
      successorEndsThePredecessor(a, pair.a());
    }
  }

  private static void tellsFacts(Dialect dialect, Connection a, Connection b) throws SQLException {
    ServerFacts facts = dialect.facts(a);
    assertEquals(new IdSeries(1, 2, 1), facts.ids());
    assertEquals(Mode.OPEN, facts.mode());
    assertTrue(facts.gtid());
    assertTrue(facts.replication().applying(), facts::toString);
    assertEquals(new IdSeries(2, 2, 2), dialect.facts(b).ids());
    assertFalse(facts.source().equals(dialect.facts(b).source()));
  }

  private static void fencesAndOpens(Dialect dialect, Connection manager, DatabaseServer server)
      throws SQLException {
    dialect.fence(manager, PATIENCE, new TreeSet<>());
    assertEquals(Mode.CLOSED, dialect.facts(manager).mode());
    assertEquals(1290, assertThrows(SQLException.class, () -> create(server)).getErrorCode());
    dialect.open(manager);
    assertEquals(Mode.OPEN, dialect.facts(manager).mode());
    create(server);
  }

  private static void stopsCountsAndGoesOn(
      Dialect dialect, Connection a, Connection b, DatabasePair pair) throws SQLException {
    pair.awaitReplicated(PATIENCE);
    String received = dialect.stopFetching(b);
    assertTrue(dialect.awaitApplied(b, received, PATIENCE));
    assertEquals(Fetching.STOPPED, dialect.facts(b).replication().fetching());
    assertTrue(dialect.facts(b).replication().applying());
    dialect.stopReplication(b);
    try (Connection app = pair.a().connect(Account.APP)) {
      Sql.execute(app, "INSERT INTO item VALUES (1)");
      Sql.execute(app, "INSERT INTO item VALUES (2)");
    }
    String position = dialect.facts(a).position();
    assertEquals(2, dialect.gap(b, position).count());
    assertFalse(dialect.awaitApplied(b, position, Duration.ofSeconds(1)));
    dialect.startReplication(b);
    assertTrue(dialect.awaitApplied(b, position, PATIENCE));
    assertEquals(0, dialect.gap(b, position).count());
  }

  private static void successorEndsThePredecessor(Connection predecessor, DatabaseServer server)
      throws SQLException {
    Dialect.takeLock(predecessor, "understudy.db:test", () -> true);
    try (Connection successor = server.connect(Account.MANAGER)) {
      assertThrows(
          SQLException.class, () -> Dialect.takeLock(successor, "understudy.db:test", () -> false));
      assertEquals("1", Sql.value(predecessor, "SELECT 1"), "who does not lead ends nobody");
      Dialect.takeLock(successor, "understudy.db:test", () -> true);
      assertThrows(SQLException.class, () -> Sql.value(predecessor, "SELECT 1"));
      assertEquals("1", Sql.value(successor, "SELECT 1"));
    }
  }

  private static void create(DatabaseServer server) throws SQLException {
    try (Connection app = server.connect(Account.APP)) {
      Sql.execute(app, "CREATE TABLE item (id INT PRIMARY KEY)");
    }
  }
}

package io.understudy.jdbc.internal.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.ha.spi.WitnessRow;
import io.understudy.ha.spi.WitnessRow.Holder;
import io.understudy.ha.spi.WitnessRow.Register;
import io.understudy.ha.spi.WitnessRow.RosterMark;
import io.understudy.ha.spi.WitnessStore;
import io.understudy.jdbc.JdbcWitness;
import io.understudy.jdbc.internal.witness.WitnessServer.Product;
import io.understudy.samples.dbpair.DatabasePair;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The duties of a {@link WitnessStore}, on real servers. */
@Tag("fault")
class JdbcWitnessTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final RosterMark MARK = new RosterMark(2, 3, Long.MIN_VALUE + 1);
  private static final Register VALUE = new Register(5, 7, largest());

  private static byte[] largest() {
    byte[] bytes = new byte[4096];
    Arrays.fill(bytes, (byte) 0xE4);
    bytes[0] = 0;
    return bytes;
  }

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
    assumeTrue(PostgresServer.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  private static WitnessRow row(String role, long version) {
    return new WitnessRow(
        role, Long.MIN_VALUE + 3, version, MARK, 5, new Holder("n1", -1), null, VALUE);
  }

  private static WitnessStore.Owner owner(String cluster, String member, long incarnation) {
    return new WitnessStore.Owner(cluster, member, incarnation);
  }

  @ParameterizedTest
  @EnumSource
  void keepsTheDutiesOfAStore(Product product) throws Exception {
    try (WitnessServer server = product.start()) {
      JdbcWitness witness = JdbcWitness.of(server.url(), server.user(), server.password());
      createsItsTableAndNoSecond(server, witness);
      replacesWhatItHasSeen(witness);
      keepsClustersAndRolesApart(witness);
      notesSessions(witness);
      notesThemAgainWhenSomebodyDeletedAll(server, witness);
      notesItselfAgainAfterAnEarlierLife(witness);
      letsOneOfManyWin(witness);
      noticesALostConnection(server, witness);
      doesNotWaitForAFrozenServer(server, witness);
      keepsWhatWasAcknowledged(server, witness);
      refusesRowsOfAnotherServer(server, witness);
    }
  }

  private static void createsItsTableAndNoSecond(WitnessServer server, JdbcWitness witness)
      throws IOException, SQLException {
    assertThrows(
        IOException.class,
        () -> witness.withoutCreatingTable().open(owner("shop", "n1", 1), LIMIT));
    try (WitnessStore.Session session = witness.open(owner("shop", "n1", 1), LIMIT)) {
      assertEquals(List.of(), session.read().rows());
      assertEquals(List.of(), session.warnings());
    }
    witness.withoutCreatingTable().open(owner("shop", "n1", 1), LIMIT).close();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM " + JdbcWitness.DEFAULT_TABLE);
    }
  }

  private static void replacesWhatItHasSeen(JdbcWitness witness) throws IOException {
    try (WitnessStore.Session one = witness.open(owner("shop", "n1", 1), LIMIT);
        WitnessStore.Session two = witness.open(owner("shop", "n2", 2), LIMIT)) {
      assertTrue(one.create(row("jobs", 1)));
      assertFalse(two.create(row("jobs", 1)));
      assertEquals(List.of(row("jobs", 1)), two.read().rows());
      WitnessRow promised =
          new WitnessRow(
              "jobs",
              Long.MIN_VALUE + 3,
              2,
              MARK,
              6,
              null,
              new Holder("n2", Long.MAX_VALUE),
              VALUE);
      assertTrue(two.replace(row("jobs", 1), promised));
      assertFalse(one.replace(row("jobs", 1), row("jobs", 2)), "its version has passed");
      assertEquals(List.of(promised), one.read().rows());
      WitnessRow otherLife = new WitnessRow("jobs", 9, 2, MARK, 6, null, null, VALUE);
      assertFalse(one.replace(otherLife, row("jobs", 3)), "another life");
      assertFalse(one.replace(row("mail", 1), row("mail", 2)), "no such row");
    }
  }

  private static void keepsClustersAndRolesApart(JdbcWitness witness) throws IOException {
    try (WitnessStore.Session shop = witness.open(owner("shop", "n1", 1), LIMIT);
        WitnessStore.Session bank = witness.open(owner("Shop", "n1", 1), LIMIT)) {
      assertEquals(List.of(), bank.read().rows());
      assertTrue(shop.create(row("Jobs", 1)), "case matters");
      assertEquals(2, shop.read().rows().size());
    }
  }

  private static void notesSessions(JdbcWitness witness) throws IOException {
    try (WitnessStore.Session first = witness.open(owner("notes", "n1", 11), LIMIT);
        WitnessStore.Session second = witness.open(owner("notes", "n2", 22), LIMIT)) {
      assertEquals(Map.of("n1", 11L, "n2", 22L), first.read().sessions());
      witness.open(owner("notes", "n1", 12), LIMIT).close();
      assertEquals(Map.of("n1", 12L, "n2", 22L), second.read().sessions());
    }
  }

  /** A slow server may carry out late what a life asked that has ended. */
  private static void notesItselfAgainAfterAnEarlierLife(JdbcWitness witness) throws IOException {
    try (WitnessStore.Session session = witness.open(owner("late", "n1", 12), LIMIT)) {
      witness.open(owner("late", "n1", 11), LIMIT).close();
      assertEquals(Map.of("n1", 11L), session.read().sessions());
      assertEquals(Map.of("n1", 12L), session.read().sessions());
    }
  }

  /** What the error message for a moved witness tells operators to do. */
  private static void notesThemAgainWhenSomebodyDeletedAll(
      WitnessServer server, JdbcWitness witness) throws IOException, SQLException {
    try (WitnessStore.Session first = witness.open(owner("notes", "n1", 12), LIMIT);
        WitnessStore.Session second = witness.open(owner("notes", "n2", 22), LIMIT)) {
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        statement.execute(
            "DELETE FROM " + JdbcWitness.DEFAULT_TABLE + " WHERE cluster_name = 'notes'");
      }
      assertEquals(Map.of(), first.read().sessions());
      assertEquals(Map.of("n1", 12L), second.read().sessions());
      assertEquals(Map.of("n1", 12L, "n2", 22L), first.read().sessions());
    }
  }

  private static void letsOneOfManyWin(JdbcWitness witness)
      throws IOException, InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (WitnessStore.Session session = witness.open(owner("race", "n0", 1), LIMIT)) {
      session.create(row("jobs", 1));
      List<Future<Integer>> racers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String member = "n" + (i + 1);
        racers.add(threads.submit(() -> raceFor(witness, member)));
      }
      int wins = 0;
      for (Future<Integer> racer : racers) {
        wins += racer.get();
      }
      assertEquals(1 + wins, session.read().rows().get(0).version());
      assertTrue(wins >= 30, "each round has a winner, not " + wins);
    } finally {
      threads.shutdownNow();
    }
  }

  private static int raceFor(JdbcWitness witness, String member) throws IOException {
    int wins = 0;
    try (WitnessStore.Session session = witness.open(owner("race", member, 1), LIMIT)) {
      for (int i = 0; i < 30; i++) {
        WitnessRow seen = session.read().rows().get(0);
        wins += session.replace(seen, row("jobs", seen.version() + 1)) ? 1 : 0;
      }
    }
    return wins;
  }

  private static void noticesALostConnection(WitnessServer server, JdbcWitness witness)
      throws IOException {
    try (WitnessStore.Session session = witness.open(owner("shop", "n1", 1), LIMIT)) {
      server.kill9();
      assertThrows(IOException.class, session::read);
      assertThrows(IOException.class, () -> witness.open(owner("shop", "n1", 1), LIMIT));
      server.restart();
      assertThrows(IOException.class, session::read, "it never connects again by itself");
    }
    witness.open(owner("shop", "n1", 1), LIMIT).close();
  }

  private static void doesNotWaitForAFrozenServer(WitnessServer server, JdbcWitness witness)
      throws IOException {
    try (WitnessStore.Session session = witness.open(owner("shop", "n1", 1), LIMIT)) {
      server.pause();
      try {
        assertThrows(IOException.class, session::read);
        assertThrows(IOException.class, () -> witness.open(owner("shop", "n1", 1), LIMIT));
      } finally {
        server.resume();
      }
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              witness.open(owner("shop", "n1", 1), LIMIT).close();
              return true;
            });
  }

  private static void keepsWhatWasAcknowledged(WitnessServer server, JdbcWitness witness)
      throws IOException {
    WitnessRow seen;
    try (WitnessStore.Session session = witness.open(owner("durable", "n1", 1), LIMIT)) {
      session.create(row("jobs", 1));
      seen = row("jobs", 1);
      for (int i = 0; i < 20; i++) {
        WitnessRow next = row("jobs", seen.version() + 1);
        assertTrue(session.replace(seen, next));
        seen = next;
      }
      server.kill9();
    }
    server.restart();
    try (WitnessStore.Session session = witness.open(owner("durable", "n1", 1), LIMIT)) {
      assertEquals(List.of(seen), session.read().rows());
    }
  }

  private static void refusesRowsOfAnotherServer(WitnessServer server, JdbcWitness witness)
      throws IOException, SQLException {
    try (WitnessStore.Session session = witness.open(owner("shop", "n1", 1), LIMIT)) {
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        statement.execute(
            "UPDATE "
                + JdbcWitness.DEFAULT_TABLE
                + " SET server = 'another' WHERE cluster_name = 'shop' AND role_name = 'jobs'");
      }
      IOException refused = assertThrows(IOException.class, session::read);
      assertTrue(refused.getMessage().contains("'another'"), refused.getMessage());
      assertTrue(refused.getMessage().contains("DELETE FROM"), refused.getMessage());
    }
    assertThrows(IOException.class, () -> witness.open(owner("shop", "n1", 1), LIMIT));
  }
}

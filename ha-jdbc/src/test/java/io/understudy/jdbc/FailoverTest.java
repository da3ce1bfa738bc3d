package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Three members, two real servers, and bad days. Times are logged, never asserted. */
class FailoverTest {
  private static final Logger log = LoggerFactory.getLogger(FailoverTest.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  @ParameterizedTest
  @EnumSource
  void killedWriterIsReplacedAndComesBackFenced(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      List<Long> before = orderOnce(site);
      await().atMost(PATIENCE).until(() -> site.source(0).isWriterAvailable());
      assertTrue(before.stream().allMatch(id -> id % 2 == 1), () -> "of db-01: " + before);
      assertTrue(Site.refusesWrites(site.pair().b()), "db-02 is closed");
      site.pair().awaitReplicated(PATIENCE);

      site.pair().a().kill9();
      long killedNanos = System.nanoTime();
      List<Long> after = orderEverywhereAtOnce(site);
      logTime(flavor + ": killed writer replaced for all members", killedNanos);

      assertTrue(after.stream().allMatch(id -> id % 2 == 0), () -> "of db-02: " + after);
      List<Long> all = new ArrayList<>(before);
      all.addAll(after);
      assertEquals(new HashSet<>(all), site.orders(site.pair().b()));
      assertEquals("db-02", site.source(0).status().route().writer());

      site.pair().a().restart();
      await().atMost(PATIENCE).until(() -> site.master("db-01").readOnly().orElse(false));
      assertTrue(Site.refusesWrites(site.pair().a()), "db-01 is fenced");
      Site.order(site.source(0), "after the return");
      site.pair().awaitReplicated(site.pair().b(), site.pair().a(), PATIENCE);
      assertEquals(site.orders(site.pair().b()), site.orders(site.pair().a()));
      assertEquals(0, site.master("db-01").stranded());
    }
  }

  @ParameterizedTest
  @EnumSource
  void strandedTransactionsAreCountedAndNotPulled(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      Site.order(site.source(0), "everywhere");
      site.pair().awaitReplicated(PATIENCE);
      Site.manage(site.pair().b(), "STOP SLAVE IO_THREAD");
      await().atMost(PATIENCE).until(() -> replicates(site.pair().b())); // again, but only once
      stopReceiving(site);
      List<Long> stranded = orderOnce(site);

      site.pair().a().kill9();
      List<Long> after = orderEverywhereAtOnce(site);
      site.pair().a().restart();

      await().atMost(PATIENCE).until(() -> site.master("db-01").readOnly().orElse(false));
      await().atMost(PATIENCE).until(() -> site.master("db-01").stranded() == stranded.size());
      String listed = site.master("db-01").strandedGtids();
      assertTrue(listed.matches(flavor == Flavor.MYSQL ? "[0-9a-f-]{36}:.*" : "1-1-.*"), listed);
      site.pair().awaitReplicated(site.pair().b(), site.pair().a(), PATIENCE);
      assertTrue(site.orders(site.pair().a()).containsAll(stranded));
      assertTrue(site.orders(site.pair().a()).containsAll(after));
      assertFalse(site.orders(site.pair().b()).removeAll(stranded), "db-02 pulled nothing");
      // Every member knows of it.
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  site.sources().stream()
                      .allMatch(it -> it.status().masters().get(0).stranded() == stranded.size()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void equalOffsetsAreRefused(Flavor flavor) throws Exception {
    DatabasePair.Builder servers = DatabasePair.builder(flavor).offsets(2, 2).startReadOnly();
    try (Site site = Site.openWithoutTable(servers, directory)) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  site.sources().stream()
                      .allMatch(it -> it.status().route().phase() == Phase.REFUSED));
      for (HaDataSource source : site.sources()) {
        SQLException refusal = assertThrows(NoWriterException.class, source::getConnection);
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains("db-01 (increment 2, offset 2)"), message);
        assertTrue(message.contains("db-02 (increment 2, offset 2)"), message);
        assertEquals("08001", refusal.getSQLState());
      }
      assertTrue(Site.refusesWrites(site.pair().a()) && Site.refusesWrites(site.pair().b()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void memberWithoutQuorumUsesNoWriter(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      orderOnce(site);
      int alone = site.director();
      try (Connection held = site.source(alone).getConnection()) {
        held.setAutoCommit(false);
        Site.order(held, "never committed");
        closeOthers(site, alone);
        await().atMost(PATIENCE).until(() -> !site.source(alone).status().permitted());
        await().atMost(PATIENCE).until(() -> !site.source(alone).isWriterAvailable());
        WriterLostException lost = assertThrows(WriterLostException.class, held::commit);
        assertEquals(Outcome.ROLLED_BACK, lost.outcome());
        assertEquals("08S02", lost.getSQLState());
      }
      NoWriterException none =
          assertThrows(NoWriterException.class, () -> site.source(alone).getConnection());
      assertTrue(String.valueOf(none.getMessage()).contains("vouches"), none::getMessage);
    }
  }

  @ParameterizedTest
  @EnumSource
  void frozenWriterIsReplacedAndFencedWhenItGoesOn(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      orderOnce(site);
      try (Connection held = site.source(0).getConnection()) {
        held.setAutoCommit(false);
        Site.order(held, "never committed");
        site.pair().a().pause();
        long pausedNanos = System.nanoTime();
        UnknownOutcomeException lost = assertThrows(UnknownOutcomeException.class, held::commit);
        logTime(flavor + ": commit on the frozen writer ended", pausedNanos);
        assertEquals("08007", lost.getSQLState());
        List<Long> after = orderEverywhereAtOnce(site);
        logTime(flavor + ": frozen writer replaced for all members", pausedNanos);
        assertTrue(after.stream().allMatch(id -> id % 2 == 0), () -> "of db-02: " + after);
      } finally {
        site.pair().a().resume();
      }
      await().atMost(PATIENCE).until(() -> site.master("db-01").readOnly().orElse(false));
      assertTrue(Site.refusesWrites(site.pair().a()), "db-01 is fenced");
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherMemberDirectsWhenTheDirectorLeaves(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      orderOnce(site);
      int first = site.director();
      long generation = site.source(first).status().route().generation();
      site.source(first).close();
      site.node(first).close();
      long closedNanos = System.nanoTime();
      HaDataSource other = site.source((first + 1) % Site.MEMBERS);
      assertEquals(1, Site.order(other, "meanwhile") % 2);
      logTime(flavor + ": order after the director left", closedNanos);
      await().atMost(PATIENCE).until(() -> site.director() >= 0 && site.director() != first);
      assertEquals(generation, other.status().route().generation(), "the writer did not change");

      site.pair().a().kill9();
      assertEquals(0, retry(other) % 2);
    }
  }

  private static List<Long> orderOnce(Site site) throws SQLException {
    List<Long> ids = new ArrayList<>();
    for (HaDataSource source : site.sources()) {
      ids.add(Site.order(source, "tea"));
    }
    return ids;
  }

  private static List<Long> orderEverywhereAtOnce(Site site) {
    Executor threads = task -> new Thread(task).start(); // the common pool may have only one
    List<CompletableFuture<Long>> orders =
        site.sources().stream()
            .map(it -> CompletableFuture.supplyAsync(() -> retry(it), threads))
            .toList();
    return orders.stream().map(CompletableFuture::join).toList();
  }

  /** Rows may come twice here, which an application would look at first. */
  private static long retry(HaDataSource source) {
    for (int attempt = 1; ; attempt++) {
      try {
        return Site.order(source, "tea");
      } catch (SQLException e) {
        log.info("attempt {}: {}", attempt, e.getMessage());
        if (attempt == 20) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private static void closeOthers(Site site, int alone) {
    for (int i = 0; i < Site.MEMBERS; i++) {
      if (i != alone) {
        site.node(i).close();
      }
    }
  }

  private static void stopReceiving(Site site) throws SQLException {
    Site.manage(site.pair().b(), "STOP SLAVE IO_THREAD");
    await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(PATIENCE)
        .until(() -> !site.master("db-02").replicating().orElse(true));
  }

  /** By its own word: the director may start it again sooner than a status shows that it stood. */
  private static boolean replicates(DatabaseServer server) throws SQLException {
    try (Connection manager = server.connect(Account.MANAGER)) {
      return Dialect.of(manager).facts(manager).replication().running();
    }
  }

  private static void logTime(String what, long sinceNanos) {
    log.info("MEASURED {}: {} ms", what, (System.nanoTime() - sinceNanos) / 1_000_000);
  }
}

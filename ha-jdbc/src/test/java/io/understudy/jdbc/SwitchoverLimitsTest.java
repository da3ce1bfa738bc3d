package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Planned changes at their limits: frozen servers, and directors that are lost half-way. */
@Tag("fault")
class SwitchoverLimitsTest {
  private static final Logger log = LoggerFactory.getLogger(SwitchoverLimitsTest.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  /**
   * The next writer freezes after the old one was fenced. The borrow time-out is the default, so no
   * borrower may see an error: all that is promised fits into it.
   */
  @ParameterizedTest
  @EnumSource
  void aNextWriterThatFreezesIsLeftAndNoBorrowerFails(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory);
        Clients clients = new Clients(site.sources(), 2)) {
      awaitOrders(clients);
      try (Connection app = site.pair().b().connect(Account.APP);
          Statement lock = app.createStatement()) {
        lock.execute("LOCK TABLES orders READ"); // so that it cannot catch up
        CompletableFuture<SwitchoverResult> answer = switchTo(site, "db-02");
        awaitFenced(site.pair().a());
        site.pair().b().pause();
        SwitchoverResult result = answer.get(30, TimeUnit.SECONDS);
        log.info("MEASURED {}: held for {} ms: {}", flavor, result.held().toMillis(), result);
        assertEquals(Outcome.ROLLED_BACK, result.outcome(), result::toString);
        awaitOrders(clients);
      } finally {
        site.pair().b().resume();
      }
      clients.stop();
      assertEquals(List.of(), clients.errors());
      assertEquals("db-01", site.source(0).status().route().writer());
    }
  }

  /** The old writer is fenced, the next one is not open yet, and whoever knows why is gone. */
  @ParameterizedTest
  @EnumSource
  void aDirectorThatIsLostBetweenTheServersIsSucceededAndNothingIsLost(Flavor flavor)
      throws Exception {
    try (Site site = Site.open(flavor, directory);
        Clients clients = new Clients(site.sources(), 2)) {
      awaitOrders(clients);
      int lost;
      try (Connection app = site.pair().b().connect(Account.APP);
          Statement lock = app.createStatement()) {
        lock.execute("LOCK TABLES orders READ");
        await().atMost(PATIENCE).until(() -> site.director() >= 0);
        lost = site.director();
        CompletableFuture<SwitchoverResult> answer = switchTo(site, "db-02");
        awaitFenced(site.pair().a());
        site.node(lost).role("db:main").orElseThrow().resign().toCompletableFuture().get();
        assertEquals(Outcome.LEFT_TO_SUCCESSOR, answer.get(30, TimeUnit.SECONDS).outcome());
        List<SwitchoverResult> history = site.source(lost).status().history();
        assertEquals(
            List.of(Outcome.LEFT_TO_SUCCESSOR), history.stream().map(it -> it.outcome()).toList());
        lock.execute("UNLOCK TABLES");
      }
      await()
          .atMost(PATIENCE)
          .until(() -> site.source(0).status().route().phase() == Phase.SERVING);
      awaitOrders(clients);
      clients.stop();
      assertEquals(List.of(), clients.errors());
      boolean moved = site.source(0).status().route().writer().equals("db-02");
      log.info("{}: the successor of n{} {}", flavor, lost, moved ? "finished it" : "went back");
      DatabaseServer writer = moved ? site.pair().b() : site.pair().a();
      DatabaseServer other = moved ? site.pair().a() : site.pair().b();
      assertTrue(Site.refusesWrites(other), "one is open");
      site.pair().awaitReplicated(writer, other, PATIENCE);
      assertEquals(clients.acknowledged().size(), site.orders(writer).size());
      assertEquals(site.orders(writer), site.orders(other));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void aDrainTimeOfNothingWaitsForNoTransactionAndStillForEverybodyToHear(Flavor flavor)
      throws Exception {
    try (Site site = Site.open(flavor, directory, it -> it.drainTimeout(Duration.ZERO));
        Connection open = site.source(0).getConnection()) {
      open.setAutoCommit(false);
      Site.order(open, "never committed");
      SwitchoverResult result = switchTo(site, "db-02").get(30, TimeUnit.SECONDS);
      assertTrue(result.isSwitched(), result::toString);
      WriterLostException ended = assertThrows(WriterLostException.class, open::commit);
      assertEquals(io.understudy.jdbc.Outcome.ROLLED_BACK, ended.outcome());
    }
  }

  // ---- tools

  private static CompletableFuture<SwitchoverResult> switchTo(Site site, String to) {
    await()
        .atMost(PATIENCE)
        .until(() -> site.master(to).replicating().orElse(false) && site.director() >= 0);
    return site.source(site.director()).switchTo(to).toCompletableFuture();
  }

  private static void awaitFenced(DatabaseServer server) throws SQLException {
    try (Connection manager = server.connect(Account.MANAGER);
        Statement statement = manager.createStatement()) {
      await()
          .pollInterval(Duration.ofMillis(1))
          .atMost(PATIENCE)
          .until(
              () -> {
                try (ResultSet result = statement.executeQuery("SELECT @@global.read_only")) {
                  return result.next() && !result.getString(1).equals("0");
                }
              });
    }
  }

  private static void awaitOrders(Clients clients) {
    long wanted = clients.count() + 50L;
    await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(PATIENCE)
        .until(() -> clients.count() >= wanted);
  }
}

package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.HaDataSourceEvent.SwitchoverChanged;
import io.understudy.jdbc.HaDataSourceEvent.WriterChanged;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.Step;
import io.understudy.jdbc.SwitchoverResult.StepTime;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Three members, two real servers, and planned changes of the writer. Times are logged. */
class SwitchoverTest {
  private static final Logger log = LoggerFactory.getLogger(SwitchoverTest.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CLIENTS_PER_MEMBER = 4;
  private static final int ORDERS_BETWEEN = 100;
  private static final List<Step> ALL_STEPS = List.of(Step.values());

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  @ParameterizedTest
  @EnumSource
  void clientsSeeNoErrorWhileTheWriterMoves(Flavor flavor) throws Exception {
    moveToAndFro(flavor, 6);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("fault")
  void clientsSeeNoErrorWhileTheWriterMovesAHundredTimes(Flavor flavor) throws Exception {
    moveToAndFro(flavor, 100);
  }

  private void moveToAndFro(Flavor flavor, int times) throws Exception {
    try (Site site = Site.open(flavor, directory);
        Clients clients = new Clients(site.sources(), CLIENTS_PER_MEMBER)) {
      awaitOrders(clients);
      List<HaDataSourceEvent> told = new CopyOnWriteArrayList<>();
      site.sources().forEach(source -> source.subscribe(told::add));
      List<Duration> pauses = new ArrayList<>();
      for (int i = 1; i <= times; i++) {
        String to = i % 2 == 1 ? "db-02" : "db-01";
        long askedNanos = System.nanoTime();
        SwitchoverResult result = switchTo(site, to);
        long doneNanos = System.nanoTime();
        assertTrue(result.isSwitched(), result::toString);
        assertEquals(ALL_STEPS, steps(result));
        awaitOrders(clients);
        pauses.add(clients.longestPause(askedNanos, doneNanos));
        log.info("{}: pause {} ms, {}", i, pauses.get(i - 1).toMillis(), result);
      }
      clients.stop();
      assertEquals(List.of(), clients.errors());
      assertNothingLostOrDoubled(site, clients.acknowledged());
      await().atMost(PATIENCE).until(() -> timesServing(told) == (long) Site.MEMBERS * times);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  told.stream().filter(SwitchoverTest::isTheEndOfOne).count()
                      == (long) Site.MEMBERS * times);
      logTimes(flavor, clients, pauses);
    }
  }

  /** How often a member was told of a new writer. */
  private static long timesServing(List<HaDataSourceEvent> told) {
    return told.stream()
        .filter(WriterChanged.class::isInstance)
        .map(event -> ((WriterChanged) event).route())
        .filter(route -> route.phase() == Phase.SERVING)
        .count();
  }

  private static boolean isTheEndOfOne(HaDataSourceEvent event) {
    return event instanceof SwitchoverChanged changed && changed.progress().isSwitched();
  }

  private static void logTimes(Flavor flavor, Clients clients, List<Duration> pauses) {
    List<Long> sorted = pauses.stream().map(Duration::toMillis).sorted().toList();
    log.info(
        "MEASURED {}: {} switchovers, {} orders, {} errors; pause of all writes: median {} ms, p95"
            + " {} ms, worst {} ms",
        flavor,
        sorted.size(),
        clients.count(),
        clients.errors().size(),
        sorted.get(sorted.size() / 2),
        sorted.get((int) Math.ceil(sorted.size() * 0.95) - 1),
        sorted.get(sorted.size() - 1));
  }

  @ParameterizedTest
  @EnumSource
  void aTransactionThatStaysOpenIsRolledBackWhenTheDrainTimeIsOver(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      long kept = Site.order(site.source(0), "before");
      try (Connection connection = site.source(0).getConnection()) {
        connection.setAutoCommit(false);
        Site.order(connection, "never committed");
        SwitchoverResult result = switchTo(site, "db-02");
        assertTrue(result.isSwitched(), result::toString);
        assertTrue(result.held().toMillis() >= 1000, result::toString);
        WriterLostException lost = assertThrows(WriterLostException.class, connection::commit);
        assertEquals(Outcome.ROLLED_BACK.name(), lost.outcome().name());
      }
      long next = Site.order(site.source(0), "after");
      assertEquals(0, next % 2, "of db-02");
      site.pair().awaitReplicated(site.pair().b(), site.pair().a(), PATIENCE);
      assertEquals(new HashSet<>(List.of(kept, next)), site.orders(site.pair().a()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void itIsRolledBackWhenTheOldWriterCannotBeFenced(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      Site.order(site.source(0), "before");
      execute(site.pair().a(), "CREATE TABLE locked (id INT)");
      try (Connection admin = site.pair().a().connect(Account.ADMIN);
          Statement grant = admin.createStatement()) {
        grant.execute("GRANT SELECT, LOCK TABLES ON appdb.* TO manager@'%'");
      }
      try (Connection untouchable = site.pair().a().connect(Account.MANAGER);
          Statement lock = untouchable.createStatement()) {
        lock.execute("LOCK TABLES appdb.locked WRITE");
        SwitchoverResult result = switchTo(site, "db-02");
        assertEquals(Outcome.ROLLED_BACK, result.outcome(), result::toString);
        assertTrue(result.reason().contains("Fence of db-01 failed"), result::toString);
        assertTrue(result.held().compareTo(Duration.ofSeconds(4)) < 0, result::toString);
        assertEquals(1, Site.order(site.source(1), "goes on") % 2, "of db-01");
      }
      assertTrue(Site.refusesWrites(site.pair().b()), "db-02 is closed");
      assertTrue(switchTo(site, "db-02").isSwitched(), "nothing is left of it");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDirectorThatIsLostWhileTheWriterDrainsIsSucceededAndNobodyLosesAnything(Flavor flavor)
      throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      HaDataSource client = site.source(0);
      long generation = client.status().route().generation();
      Site.order(client, "before");
      try (Connection connection = client.getConnection()) {
        generation = client.status().route().generation();
        connection.setAutoCommit(false);
        Site.order(connection, "open all the time");
        int director = site.director();
        CompletableFuture<SwitchoverResult> answer =
            site.source(director).switchTo("db-02").toCompletableFuture();
        await().until(() -> client.status().route().phase() == Phase.DRAINING);
        site.node(director).role("db:main").orElseThrow().resign().toCompletableFuture().get();
        assertEquals(
            Outcome.LEFT_TO_SUCCESSOR, answer.get(30, TimeUnit.SECONDS).outcome(), "no false word");
        await().atMost(PATIENCE).until(() -> client.status().route().phase() == Phase.SERVING);
        connection.commit();
      }
      assertEquals("db-01", client.status().route().writer());
      assertEquals(generation, client.status().route().generation());
      assertTrue(switchTo(site, "db-02").isSwitched());
      assertEquals(2, site.orders(site.pair().b()).size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDirectorThatIsLostWhileTheWriterChangesIsSucceededAndClientsSeeNoError(Flavor flavor)
      throws Exception {
    try (Site site = Site.open(flavor, directory);
        Clients clients = new Clients(site.sources(), 2)) {
      awaitOrders(clients);
      int director = site.director();
      CompletableFuture<SwitchoverResult> answer =
          site.source(director).switchTo("db-02").toCompletableFuture();
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> site.source(director).status().route().phase() == Phase.SWITCHING);
      site.node(director).role("db:main").orElseThrow().resign().toCompletableFuture().get();
      SwitchoverResult result = answer.get(30, TimeUnit.SECONDS);
      assertTrue(
          result.outcome() == Outcome.LEFT_TO_SUCCESSOR || result.isSwitched(), result::toString);
      await().atMost(PATIENCE).until(() -> site.director() >= 0);
      awaitOrders(clients);
      clients.stop();
      assertEquals(List.of(), clients.errors());
      assertNothingLostOrDoubled(site, clients.acknowledged());
      log.info("{}: {}, then {}", flavor, result.outcome(), site.source(0).status().route());
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeDoneIsRefusedBeforeAnybodyIsHeld(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory)) {
      Site.order(site.source(0), "before");
      await().atMost(PATIENCE).until(() -> site.director() >= 0);
      int director = site.director();
      long generation = site.source(director).status().route().generation();
      HaDataSource elsewhere = site.source((director + 1) % Site.MEMBERS);
      assertRefused(elsewhere, "db-09", "they are [db-01, db-02]");
      assertRefused(elsewhere, "db-01", "it is the writer (says the director, n" + director);
      assertRefused(site.source(director), "db-09", "they are [db-01, db-02]");
      assertRefused(site.source(director), "db-01", "it is the writer");
      site.stopReceiving(site.pair().b());
      await().atMost(PATIENCE).until(() -> site.master("db-02").replicating().orElse(false));
      site.stopReceiving(site.pair().b()); // once the director has started it again
      assertRefused(site.source(director), "db-02", "does not replicate");
      site.pair().b().kill9();
      await()
          .atMost(PATIENCE)
          .until(() -> site.master("db-02").reach() == HaDataSourceStatus.Reach.UNREACHABLE);
      assertRefused(site.source(director), "db-02", "db-02 does not answer");
      assertEquals(generation, site.source(director).status().route().generation());
      assertEquals(Optional.empty(), site.source(director).status().switchover());
    }
  }

  // ---- tools

  /** It is refused until the director has probed everybody. */
  private static SwitchoverResult switchTo(Site site, String to) {
    await().atMost(PATIENCE).until(() -> site.director() >= 0);
    return await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(ExecutionException.class)
        .until(
            () ->
                site.source(site.director())
                    .switchTo(to)
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS),
            result -> true);
  }

  private static void assertRefused(HaDataSource source, String to, String why) {
    CompletableFuture<SwitchoverResult> answer = source.switchTo(to).toCompletableFuture();
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> answer.get(30, TimeUnit.SECONDS));
    SwitchoverRefusedException refused =
        assertInstanceOf(SwitchoverRefusedException.class, failure.getCause());
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused::getMessage);
  }

  private static void awaitOrders(Clients clients) {
    int wanted = clients.count() + ORDERS_BETWEEN;
    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(PATIENCE)
        .until(() -> clients.count() >= wanted);
  }

  private static List<Step> steps(SwitchoverResult result) {
    return result.steps().stream().map(StepTime::step).toList();
  }

  private static void assertNothingLostOrDoubled(Site site, List<String> acknowledged)
      throws SQLException {
    boolean second = site.source(0).status().route().writer().equals("db-02");
    DatabaseServer writer = second ? site.pair().b() : site.pair().a();
    DatabaseServer other = second ? site.pair().a() : site.pair().b();
    site.pair().awaitReplicated(writer, other, PATIENCE);
    for (DatabaseServer server : List.of(writer, other)) {
      List<String> found = notes(server);
      assertEquals(new HashSet<>(acknowledged), new HashSet<>(found));
      assertEquals(acknowledged.size(), found.size(), "none twice");
    }
  }

  private static List<String> notes(DatabaseServer server) throws SQLException {
    List<String> notes = new ArrayList<>();
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement();
        ResultSet rows = statement.executeQuery("SELECT note FROM orders")) {
      while (rows.next()) {
        notes.add(rows.getString(1));
      }
    }
    return notes;
  }

  private static void execute(DatabaseServer server, String sql) throws SQLException {
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement()) {
      statement.execute(sql);
    }
  }
}

package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabasePairException;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bad days of the writer on real servers, each recognised as what it is: some replace the writer,
 * others must not. Each case looks at the writer afterwards, the reason, and how many generations
 * it cost.
 */
@Tag("fault")
class RecognitionTest {
  private static final Logger log = LoggerFactory.getLogger(RecognitionTest.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Longer than the director would need to replace a writer that it took for gone. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(4);

  private static final int KILLS = 20;

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  /** Neither is a reason to change the writer. */
  @ParameterizedTest
  @EnumSource
  void readOnlyByAccidentAndBlindDirectorLeaveTheWriter(Flavor flavor) throws Exception {
    try (Site site = Site.openBehindRelays(flavor, directory)) {
      orderInTime(site);
      long generation = generation(site);
      makeReadOnly(site, "read_only");
      if (flavor == Flavor.MYSQL) {
        makeReadOnly(site, "super_read_only");
      }
      int blind = site.director();
      site.relay(blind, "db-01").cut();
      patiently().until(() -> site.director() >= 0 && site.director() != blind);
      int seeing = site.director();
      site.relay(blind, "db-01").mend();
      orderInTime(site);
      assertEquals("db-01", writer(site));
      assertEquals(generation, generation(site));
      assertEquals(seeing, site.director(), "the role does not come back by itself");
    }
  }

  private static void makeReadOnly(Site site, String mode) throws SQLException {
    Site.manage(site.pair().a(), "SET GLOBAL " + mode + " = ON");
    orderInTime(site);
    assertTrue(!Site.refusesWrites(site.pair().a()) && Site.refusesWrites(site.pair().b()));
  }

  @ParameterizedTest
  @EnumSource
  void writerWithoutFreeConnectionsStaysTheWriter(Flavor flavor) throws Exception {
    try (Site site = serving(flavor)) {
      long generation = generation(site);
      administer(site.pair().a(), "SET GLOBAL max_connections = 20");
      List<Connection> taken = new ArrayList<>();
      try {
        takeAll(site.pair().a(), taken);
        endManagers(site.pair().a()); // whoever looks must come in anew
        takeAll(site.pair().a(), taken);
        holds().until(() -> writer(site).equals("db-01") && generation(site) == generation);
      } finally {
        for (Connection connection : taken) {
          connection.close();
        }
      }
      orderInTime(site);
      assertEquals(generation, generation(site));
    }
  }

  @ParameterizedTest
  @EnumSource
  void writerThatKnowsAnotherPasswordStaysTheWriterAndIsNamed(Flavor flavor) throws Exception {
    try (Site site = serving(flavor)) {
      long generation = generation(site);
      setManagerPassword(flavor, site.pair().a(), "rotated");
      endManagers(site.pair().a());
      patiently().until(() -> site.directorStatus().trouble().contains("'manager'"));
      String trouble = site.directorStatus().trouble();
      assertTrue(trouble.contains("db-01 answers and declines"), trouble);
      assertTrue(trouble.contains("Access denied"), trouble);
      holds().until(() -> writer(site).equals("db-01") && generation(site) == generation);
      Site.order(site.source(0), "the application is not concerned");
      setManagerPassword(flavor, site.pair().a(), Account.MANAGER.password());
      patiently().until(() -> site.directorStatus().trouble().isEmpty());
      assertEquals(generation, generation(site));
    }
  }

  @ParameterizedTest
  @EnumSource
  void frozenWriterIsGoneAfterTheFailuresThatAreConfigured(Flavor flavor) throws Exception {
    try (Site site = serving(flavor)) {
      long generation = generation(site);
      site.pair().awaitReplicated(PATIENCE);
      site.pair().a().pause();
      try {
        patiently().until(() -> writer(site).equals("db-02"));
        assertEquals(generation + 1, generation(site));
        assertTrue(reason(site).startsWith("db-01 is gone"), () -> reason(site));
        assertTrue(reason(site).endsWith("of 3 members say so"), () -> reason(site));
      } finally {
        site.pair().a().resume();
      }
    }
  }

  /** The figures are logged; what is asserted is that each kill costs one generation. */
  @ParameterizedTest
  @EnumSource
  void killedWriterTwentyTimes(Flavor flavor) throws Exception {
    List<Long> pauses = new ArrayList<>();
    for (int round = 0; pauses.size() < KILLS; round++) {
      Path own = Files.createDirectory(directory.resolve("round-" + round));
      try (Site site = serving(flavor, own)) {
        while (pauses.size() < KILLS && canBeReplaced(site)) {
          // New ones each time: a client looks for its last order, which a kill may have lost.
          try (Clients clients = new Clients(site.sources(), 4)) {
            patiently().until(() -> clients.count() > 50);
            pauses.add(killWriter(site, clients));
          }
        }
      }
    }
    Collections.sort(pauses);
    log.info(
        "MEASURED {}: {} kills of the writer, no acknowledged commit for median {} ms, worst {} ms:"
            + " {}",
        flavor,
        KILLS,
        pauses.get(KILLS / 2),
        pauses.get(KILLS - 1),
        pauses);
  }

  /** Not if the other one has what the writer never saw: then people must look first. */
  private static boolean canBeReplaced(Site site) {
    boolean first = writer(site).equals("db-01");
    DatabaseServer writer = first ? site.pair().a() : site.pair().b();
    DatabaseServer other = first ? site.pair().b() : site.pair().a();
    try {
      site.pair().awaitReplicated(other, writer, Duration.ofSeconds(1));
    } catch (DatabasePairException e) {
      return false;
    }
    patiently().until(() -> site.master(other.name()).replicating().orElse(false));
    return true;
  }

  /** For how long no client had a commit acknowledged. */
  private static long killWriter(Site site, Clients clients) {
    DatabaseServer killed = writer(site).equals("db-01") ? site.pair().a() : site.pair().b();
    DatabaseServer next = killed == site.pair().a() ? site.pair().b() : site.pair().a();
    long generation = generation(site);
    long killedNanos = System.nanoTime();
    killed.kill9();
    patiently().until(() -> writer(site).equals(next.name()));
    int count = clients.count();
    patiently().until(() -> clients.count() > count + 50);
    long pause = clients.longestPause(killedNanos, System.nanoTime()).toMillis();
    assertEquals(generation + 1, generation(site));
    assertTrue(reason(site).startsWith(killed.name() + " is gone"), () -> reason(site));
    killed.restart();
    patiently().until(() -> site.master(killed.name()).readOnly().orElse(false));
    return pause;
  }

  private Site serving(Flavor flavor) throws SQLException {
    return serving(flavor, directory);
  }

  private static Site serving(Flavor flavor, Path directory) throws SQLException {
    Site site = Site.open(flavor, directory);
    orderInTime(site);
    patiently().until(() -> site.master("db-02").replicating().orElse(false));
    return site;
  }

  private static ConditionFactory patiently() {
    return await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE);
  }

  private static ConditionFactory holds() {
    return await().during(LONG_ENOUGH).atMost(PATIENCE);
  }

  /** An order at each member; while the writer refuses it is tried again. */
  private static void orderInTime(Site site) {
    for (HaDataSource source : site.sources()) {
      patiently()
          .ignoreExceptionsInstanceOf(SQLException.class)
          .until(() -> Site.order(source, "order") > 0);
    }
  }

  private static String writer(Site site) {
    return site.source(0).status().route().writer();
  }

  private static long generation(Site site) {
    return site.source(0).status().route().generation();
  }

  private static String reason(Site site) {
    return site.source(0).status().reason();
  }

  private static void administer(DatabaseServer server, String... statements) throws SQLException {
    try (Connection admin = server.connect(Account.ADMIN);
        Statement statement = admin.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static void setManagerPassword(Flavor flavor, DatabaseServer server, String password)
      throws SQLException {
    String how = flavor == Flavor.MYSQL ? "WITH mysql_native_password BY" : "BY";
    administer(
        server,
        "SET sql_log_bin = 0",
        "ALTER USER manager@'%' IDENTIFIED " + how + " '" + password + "'");
  }

  private static void endManagers(DatabaseServer server) throws SQLException {
    try (Connection admin = server.connect(Account.ADMIN);
        Statement statement = admin.createStatement()) {
      List<Long> ids = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT id FROM information_schema.processlist WHERE user = 'manager'")) {
        while (rows.next()) {
          ids.add(rows.getLong(1));
        }
      }
      for (long id : ids) {
        statement.execute("KILL " + id);
      }
    }
  }

  /** Until the server says that there are too many. */
  private static void takeAll(DatabaseServer server, List<Connection> taken) {
    try {
      while (true) {
        taken.add(server.connect(Account.APP));
      }
    } catch (SQLException e) {
      assertEquals(1040, e.getErrorCode(), e::getMessage);
    }
  }
}

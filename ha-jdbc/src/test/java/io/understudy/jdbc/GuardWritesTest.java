package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Three members whose transactions prove their generation, from the first table on. */
@Tag("fault")
class GuardWritesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void everyWriterIsNamedBeforeItServes(Flavor flavor) throws Exception {
    try (Site site = Site.open(flavor, directory, it -> it.guardWrites("appdb.ha_epoch"))) {
      awaitOrder(site);
      DatabaseServer first = writer(site);
      assertEquals(generation(site), named(first));

      DatabaseServer second = first == site.pair().a() ? site.pair().b() : site.pair().a();
      switchTo(site, second.name());
      awaitOrder(site);
      assertEquals(generation(site), named(second));
      site.pair().awaitReplicated(PATIENCE);
      assertEquals(generation(site), named(first), "it is known where nobody may write, too");

      aRowThatWasLostComesBack(site, second);
      aNewerRowThanIsAgreedStopsAllWrites(site, second);

      second.kill9();
      awaitOrder(site);
      assertEquals(first, writer(site));
      assertEquals(generation(site), named(first));
    }
  }

  private static void aRowThatWasLostComesBack(Site site, DatabaseServer writer)
      throws SQLException {
    admin(writer, "TRUNCATE TABLE appdb.ha_epoch");
    awaitOrder(site);
    assertEquals(generation(site), named(writer));
    admin(writer, "UPDATE appdb.ha_epoch SET generation = 1");
    awaitOrder(site);
    assertEquals(generation(site), named(writer));
  }

  private static void aNewerRowThanIsAgreedStopsAllWrites(Site site, DatabaseServer writer)
      throws SQLException {
    admin(writer, "UPDATE appdb.ha_epoch SET generation = 1000");
    await()
        .atMost(PATIENCE)
        .until(
            () -> site.directorStatus().trouble().contains("says that generation 1000 may write"));
    WriterLostException refused =
        assertThrows(WriterLostException.class, () -> Site.order(site.source(0), "no"));
    assertEquals(Outcome.ROLLED_BACK, refused.outcome());
    assertTrue(refused.getMessage().contains("names generation 1000"), refused::getMessage);
    admin(writer, "DELETE FROM appdb.ha_epoch WHERE name = 'main'"); // as the trouble says
    awaitOrder(site);
    assertEquals(generation(site), named(writer));
    site.pair().awaitReplicated(PATIENCE);
  }

  @ParameterizedTest
  @EnumSource
  void aManagerThatMayNotNameAnybodyIsToldSoAtTheStart(Flavor flavor) throws Exception {
    DatabasePair pair = DatabasePair.builder(flavor).start();
    for (DatabaseServer server : pair.servers()) {
      admin(server, "REVOKE UPDATE ON appdb.ha_epoch FROM manager@'%'");
    }
    try (Site site = Site.open(pair, directory, it -> it.guardWrites("appdb.ha_epoch"))) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  site.director() >= 0
                      && site.master("db-01")
                          .problem()
                          .contains(
                              "GRANT CREATE, SELECT, INSERT, UPDATE ON appdb.ha_epoch TO 'manager'"));
    }
  }

  private static DatabaseServer writer(Site site) {
    String name = site.directorStatus().route().writer();
    return site.pair().servers().stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static long generation(Site site) {
    return site.directorStatus().route().generation();
  }

  private static long named(DatabaseServer server) throws SQLException {
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement();
        ResultSet row = statement.executeQuery("SELECT generation FROM ha_epoch")) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private static void admin(DatabaseServer server, String sql) throws SQLException {
    try (Connection admin = server.connect(Account.ADMIN);
        Statement statement = admin.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void switchTo(Site site, String name) throws Exception {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () ->
                site.source(site.director())
                    .switchTo(name)
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS)
                    .isSwitched());
  }

  private static void awaitOrder(Site site) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> Site.order(site.source(0), "guarded") > 0);
  }
}

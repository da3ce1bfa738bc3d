package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A planned change, a killed writer and its return, below each pool that users bring. */
@Tag("fault")
class PoolFailoverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @CsvSource({
    "MYSQL, HIKARI", "MYSQL, TOMCAT", "MYSQL, DBCP2", "MYSQL, PLAIN",
    "MARIADB, HIKARI", "MARIADB, TOMCAT", "MARIADB, DBCP2", "MARIADB, PLAIN"
  })
  void eachPoolFollowsTheWriter(Flavor flavor, TestPool kind) throws Exception {
    try (Site site = Site.open(flavor, directory, kind)) {
      assertEquals(1, Site.order(site.source(0), "before") % 2);
      try (Clients clients = new Clients(site.sources(), 2)) {
        await().atMost(PATIENCE).until(() -> clients.count() > 100);
        assertSwitched(site, "db-02");
        int switched = clients.count();
        await().atMost(PATIENCE).until(() -> clients.count() > switched + 100);
        assertSwitched(site, "db-01");
        int back = clients.count();
        await().atMost(PATIENCE).until(() -> clients.count() > back + 100);
        clients.stop();
        assertEquals(List.of(), clients.errors(), "nobody saw the changes");
      }
      site.pair().awaitReplicated(PATIENCE);
      site.pair().a().kill9();
      await().atMost(PATIENCE).until(() -> orders(site) == Site.MEMBERS);
      assertEquals("db-02", site.source(0).status().route().writer());
      site.pair().a().restart();
      await().atMost(PATIENCE).until(() -> site.master("db-01").readOnly().orElse(false));
      site.pair().awaitReplicated(site.pair().b(), site.pair().a(), PATIENCE);
      assertSwitched(site, "db-01");
      assertEquals(Site.MEMBERS, orders(site), "nothing of the first term is lent");
    }
  }

  /** A master that came back is refused until it has caught up. */
  private static void assertSwitched(Site site, String to) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsMatching(e -> e.getCause() instanceof SwitchoverRefusedException)
        .until(
            () ->
                site.source(Math.max(0, site.director()))
                    .switchTo(to)
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS)
                    .isSwitched());
  }

  /** How many members can order at the first try. */
  private static int orders(Site site) {
    int done = 0;
    for (HaDataSource source : site.sources()) {
      try {
        done += Site.order(source, "tea") > 0 ? 1 : 0;
      } catch (SQLException e) {
        // It is asked again, or counted as missing.
      }
    }
    return done;
  }
}

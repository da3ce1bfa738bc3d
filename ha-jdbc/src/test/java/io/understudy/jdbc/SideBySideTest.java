package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same faults on the same pair: first with the drivers' own failover, where each member decides
 * alone, then with an agreed writer.
 */
@Tag("fault")
class SideBySideTest {
  private static final Logger log = LoggerFactory.getLogger(SideBySideTest.class);
  private static final int CALLERS_PER_MEMBER = 4;
  private static final Duration FAULT = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What can happen to the first master. */
  private enum Fault {
    KILLED,
    FROZEN,
    LINK_OF_ONE_MEMBER_CUT,
    READ_ONLY_BY_ACCIDENT
  }

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void anAgreedWriterTakesNoOrderOnTheWrongMaster(Flavor flavor) throws Exception {
    Map<Fault, Long> alone = new EnumMap<>(Fault.class);
    Map<Fault, Long> agreed = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      try (Site site = Site.openServersBehindRelays(flavor)) {
        alone.put(fault, alone(site, flavor, fault));
        site.pair().awaitReplicated(PATIENCE);
        agreed.put(fault, agreed(site, flavor, fault));
      }
    }
    agreed.forEach((fault, wrong) -> assertEquals(0, wrong, fault::toString));
    long split = alone.getOrDefault(Fault.LINK_OF_ONE_MEMBER_CUT, 0L);
    assertTrue(split > 0, () -> "the drivers agreed by themselves? " + alone);
  }

  private static long alone(Site site, Flavor flavor, Fault fault) throws Exception {
    List<DataSource> pools = new ArrayList<>();
    try {
      for (int member = 0; member < Site.MEMBERS; member++) {
        pools.add(TestPool.HIKARI.open(url(site, flavor, member)));
      }
      return measure(site, flavor + ", its driver alone", pools, fault);
    } finally {
      pools.forEach(TestPool::close);
    }
  }

  private long agreed(Site site, Flavor flavor, Fault fault) throws Exception {
    site.startMembers(directory.resolve(fault.name()));
    await("db-01 serves, db-02 stands by")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                site.directorStatus().route().writer().equals("db-01")
                    && site.directorStatus().route().phase() == Phase.SERVING
                    && site.master("db-02").replicating().orElse(false));
    return measure(site, flavor + ", an agreed writer", site.sources(), fault);
  }

  private static String url(Site site, Flavor flavor, int member) {
    String hosts =
        "127.0.0.1:%d,127.0.0.1:%d/appdb"
            .formatted(site.relay(member, "db-01").port(), site.relay(member, "db-02").port());
    return flavor == Flavor.MYSQL
        ? "jdbc:mysql://" + hosts + "?failOverReadOnly=false&secondsBeforeRetryMaster=2"
        : "jdbc:mariadb:sequential://" + hosts;
  }

  private static long measure(
      Site site, String who, List<? extends DataSource> sources, Fault fault) throws Exception {
    try (Callers callers = new Callers(sources, CALLERS_PER_MEMBER)) {
      long begunNanos = System.nanoTime();
      awaitAllServed(callers, begunNanos);
      befall(site, fault);
      await().pollDelay(FAULT).atMost(FAULT.multipliedBy(2)).until(() -> true);
      mend(site, fault);
      awaitAllServed(callers, System.nanoTime());
      await().pollDelay(FAULT).atMost(FAULT.multipliedBy(2)).until(() -> true);
      awaitAllServed(callers, System.nanoTime());
      callers.stop();
      long wrong = callers.onTheWrongMaster();
      log.info(
          "measured: {}, {}: {} orders, {} errors, {} s without service, {} on the wrong master",
          who,
          fault,
          callers.taken().size(),
          callers.errors().size(),
          String.format(
              Locale.ROOT, "%.2f", callers.withoutService(Site.MEMBERS).toMillis() / 1000.0),
          wrong);
      return wrong;
    }
  }

  private static void awaitAllServed(Callers callers, long fromNanos) {
    await("orders of all members")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> callers.allServedSince(fromNanos, Site.MEMBERS));
  }

  private static void befall(Site site, Fault fault) throws SQLException {
    DatabaseServer first = site.pair().a();
    switch (fault) {
      case KILLED -> first.kill9();
      case FROZEN -> first.pause();
      case LINK_OF_ONE_MEMBER_CUT -> site.relay(0, "db-01").cut();
      case READ_ONLY_BY_ACCIDENT -> Site.manage(first, "SET GLOBAL read_only = 1");
    }
  }

  private static void mend(Site site, Fault fault) throws SQLException {
    DatabaseServer first = site.pair().a();
    switch (fault) {
      case KILLED -> first.restart();
      case FROZEN -> first.resume();
      case LINK_OF_ONE_MEMBER_CUT -> site.relay(0, "db-01").mend();
      case READ_ONLY_BY_ACCIDENT -> {
        if (site.sources().isEmpty()) { // else the director has seen to it
          Site.manage(first, "SET GLOBAL read_only = 0");
        }
      }
    }
  }
}

package io.understudy.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.jdbc.HaDataSourceStatus.Reach;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks of real servers run full while clients write. */
@Tag("fault")
class DiskFullTest {
  /** A server looks for space once a minute. */
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  private static final int MEGABYTES = 160;

  @TempDir Path directory;

  @BeforeAll
  static void machineCanRunServersAndMount() {
    Optional<String> reason = DatabasePair.unsupportedReason().or(SmallDisk::unsupportedReason);
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  /** All that it has is on one disk. */
  @ParameterizedTest
  @EnumSource
  void aFullWriterIsReplacedAndComesBackClosed(Flavor flavor) throws Exception {
    DatabasePair pair = DatabasePair.builder(flavor).directory(directory.resolve("db")).start();
    try (SmallDisk disk = SmallDisk.of(directory.resolve("disk"), MEGABYTES);
        Site site = onSmallDisk(pair, disk)) {
      replaceAndMend(site, disk);
    }
  }

  private Site onSmallDisk(DatabasePair pair, SmallDisk disk) {
    pair.a().kill9();
    disk.takeDataOf(pair.a());
    pair.a().restart();
    return Site.openOn(pair, directory);
  }

  /** The binary log has a disk of its own; the tables have room. */
  @ParameterizedTest
  @EnumSource
  void aWriterWithoutRoomForItsBinaryLogIsReplaced(Flavor flavor) throws Exception {
    Path logs = directory.resolve("logs");
    Files.createDirectories(logs.resolve("db-02"));
    try (SmallDisk disk = SmallDisk.of(logs.resolve("db-01"), 16);
        Site site =
            Site.openOn(
                DatabasePair.builder(flavor)
                    .option("--log-bin=%s/%s/binlog".formatted(logs, DatabasePair.SERVER_NAME))
                    .start(),
                directory)) {
      replaceAndMend(site, disk);
    }
  }

  private static void replaceAndMend(Site site, SmallDisk disk) throws Exception {
    DatabaseServer full = site.pair().a();
    DatabaseServer next = site.pair().b();
    try (Clients clients = new Clients(site.sources(), 4)) {
      patiently().until(() -> clients.count() > 100);
      disk.fill();
      patiently().until(() -> writer(site).equals("db-02"));
      assertTrue(reason(site).contains("the disk of db-01 is full: "), () -> reason(site));
      patiently().until(() -> site.master("db-01").reach() == Reach.DISK_FULL);
      int count = clients.count();
      patiently().until(() -> clients.count() > count + 100);
      disk.makeRoom();
      patiently().until(() -> site.master("db-01").readOnly().orElse(false));
      patiently().until(() -> site.master("db-01").reach() == Reach.REACHABLE);
      clients.stop();
      Set<String> stored = notes(next);
      List<String> lost =
          clients.acknowledged().stream().filter(it -> !stored.contains(it)).toList();
      assertEquals(List.of(), lost, "nothing acknowledged is lost");
    }
    Set<String> stranded = notes(full);
    stranded.removeAll(notes(next));
    patiently().until(() -> site.master("db-01").stranded() == stranded.size());
    assertEquals("db-02", writer(site));
  }

  private static Set<String> notes(DatabaseServer server) throws SQLException {
    Set<String> notes = new HashSet<>();
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement();
        ResultSet rows = statement.executeQuery("SELECT note FROM orders")) {
      while (rows.next()) {
        notes.add(rows.getString(1));
      }
    }
    return notes;
  }

  private static String writer(Site site) {
    return site.source(0).status().route().writer();
  }

  private static String reason(Site site) {
    return site.source(0).status().reason();
  }

  private static ConditionFactory patiently() {
    return await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE);
  }
}

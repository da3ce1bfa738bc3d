package io.understudy.samples.dbpair;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing outlives the JVM that started it, however that ends. */
class KilledJvmTest {
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
  private static final String LET_THEM_LIVE =
      "-D" + ProcessLauncher.DIE_WITH_PARENT_PROPERTY + "=false";

  private static final Optional<String> CACHE_BEFORE =
      Optional.ofNullable(System.getProperty(CacheDirectory.PROPERTY));

  /** Of our own, so that what others run on this machine does not show in it. */
  @TempDir static Path cache;

  @BeforeAll
  static void useCacheOfOurOwn() {
    Optional<String> reason = DatabasePair.unsupportedReason();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
    System.setProperty(CacheDirectory.PROPERTY, cache.toString());
  }

  @AfterAll
  static void restoreCache() {
    CACHE_BEFORE.ifPresentOrElse(
        value -> System.setProperty(CacheDirectory.PROPERTY, value),
        () -> System.clearProperty(CacheDirectory.PROPERTY));
  }

  @Test
  void serversDieWithKilledJvmAndNextStartRemovesTheirFiles() throws Exception {
    assumeTrue(Files.isExecutable(SETPRIV), SETPRIV + " is missing: the next start reaps instead");
    try (ChildJvm jvm = ChildJvm.start(Flavor.MARIADB, cache)) {
      List<ProcessHandle> servers = jvm.awaitServers();
      jvm.kill9();
      servers.forEach(server -> await().until(() -> !runs(server)));
    }
    assertEquals(2, homes().size());
    startAndClose();
    assertEquals(List.of(), homes());
  }

  @Test
  void nextStartReapsOrphansAndSparesNeighbours() throws Exception {
    try (ChildJvm orphaned = ChildJvm.start(Flavor.MARIADB, cache, LET_THEM_LIVE);
        ChildJvm neighbour = ChildJvm.start(Flavor.MARIADB, cache, LET_THEM_LIVE)) {
      List<ProcessHandle> orphans = orphaned.awaitServers();
      List<ProcessHandle> neighbours = neighbour.awaitServers();
      orphaned.kill9();
      assertTrue(orphans.stream().allMatch(KilledJvmTest::runs), "nothing has reaped them yet");

      startAndClose();

      assertTrue(orphans.stream().noneMatch(KilledJvmTest::runs), "reaped by the start");
      assertTrue(neighbours.stream().allMatch(KilledJvmTest::runs), "their JVM lives");
      assertEquals(2, homes().size());
    }
    startAndClose();
    assertEquals(List.of(), homes());
  }

  @Test
  void terminatedJvmCleansUp() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Flavor.MARIADB, cache)) {
      List<ProcessHandle> servers = jvm.awaitServers();
      jvm.terminate();
      assertTrue(servers.stream().noneMatch(KilledJvmTest::runs));
      assertEquals(List.of(), homes());
    }
  }

  @Test
  void pairsOfThisJvmAreNoOrphans() {
    try (DatabasePair first = DatabasePair.builder(Flavor.MARIADB).start();
        DatabasePair second = DatabasePair.builder(Flavor.MARIADB).start()) {
      first.awaitReplicated(Duration.ofMinutes(1));
      second.awaitReplicated(Duration.ofMinutes(1));
    }
  }

  @Test
  void severalJvmsMayMeetAtTheFirstUseOfTheMachine(@TempDir Path newCache) throws Exception {
    try (ChildJvm first = ChildJvm.start(Flavor.MARIADB, newCache);
        ChildJvm second = ChildJvm.start(Flavor.MARIADB, newCache)) {
      assertTrue(first.awaitServers().stream().allMatch(KilledJvmTest::runs));
      assertTrue(second.awaitServers().stream().allMatch(KilledJvmTest::runs));
      first.terminate();
      second.terminate();
    }
  }

  private static void startAndClose() {
    DatabasePair.builder(Flavor.MARIADB).start().close();
  }

  /** Orphans that nobody collects stay as zombies, which have no command line any more. */
  private static boolean runs(ProcessHandle process) {
    try {
      return Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline")).length > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<Path> homes() throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("pairs"))) {
      return files.toList();
    }
  }
}

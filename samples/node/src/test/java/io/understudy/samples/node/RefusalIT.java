package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a member refuses to start with: status 2, one line that says what and how to mend it. */
class RefusalIT {
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final Duration LIMIT = Cluster.PATIENCE;

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void aMemberWithAnotherSecretIsToldSoAndDisturbsNobody() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign reign = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(reign);
    NodeProcess victim = cluster.others(reign.node()).get(0);
    victim.kill();
    Path wrong = cluster.write("wrong", "not the secret of this cluster");

    NodeProcess stranger = cluster.start(victim.name(), Map.of("--secret-file", wrong.toString()));

    assertRefused(stranger, "secret");
    assertEquals(reign.epoch(), reign.node().leadership().orElseThrow().number("epoch"));
    NodeProcess back = cluster.start(victim.name());
    await("the right secret lets it in")
        .atMost(LIMIT)
        .until(() -> back.knownLeader().equals(reign.node().name()));
    assertEquals(reign.epoch(), reign.node().leadership().orElseThrow().number("epoch"));
  }

  @Test
  void aStrangerAtAPeersAddressEndsNobody() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign reign = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(reign);
    NodeProcess replaced = cluster.others(reign.node()).get(0);
    NodeProcess restarted = cluster.others(reign.node()).get(1);
    replaced.kill();
    restarted.kill();
    String address = cluster.address(replaced.name());
    Path wrong = cluster.write("wrong", "not the secret of this cluster");
    NodeProcess stranger =
        cluster.apart(
            cluster.start(
                replaced.name(),
                Map.of(
                    "--roster", replaced.name(),
                    "--peers", address,
                    "--state", cluster.stateDirectory("stranger").toString(),
                    "--claims", cluster.stateDirectory("stranger.claims").toString(),
                    "--secret-file", wrong.toString())));
    await("the stranger is there").atMost(LIMIT).until(() -> stranger.leadership().isPresent());

    NodeProcess back = cluster.start(restarted.name());

    // Its vote is needed: the leader lost its quorum when both were killed.
    await("both follow one")
        .atMost(LIMIT)
        .until(
            () ->
                back.knownLeader().equals(reign.node().knownLeader())
                    && !back.knownLeader().equals("null"));
    assertTrue(back.isAlive() && reign.node().isAlive() && stranger.isAlive());
  }

  @Test
  void aDamagedStateFileIsRefusedAndLeftAsItIs() throws IOException {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign reign = cluster.awaitFirstLeader();
    NodeProcess victim = cluster.others(reign.node()).get(0);
    cluster.awaitKnownEverywhere(reign);
    victim.kill();
    List<Path> files = stateFiles(cluster.stateDirectory(victim.name()));
    assertFalse(files.isEmpty());
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      for (int position : new int[] {0, good.length / 2, good.length - 1}) {
        byte[] damaged = good.clone();
        damaged[position] ^= 0x20;
        Files.write(file, damaged);

        assertRefused(cluster.start(victim.name()), file.getFileName().toString());

        assertArrayEquals(damaged, Files.readAllBytes(file));
      }
      Files.write(file, good);
    }
    cluster.start(victim.name());
    cluster.awaitKnownEverywhere(reign);
  }

  @Test
  void aStateDirectoryThatCannotBeUsedIsNamed() throws IOException {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3");
    Files.writeString(cluster.stateDirectory("n1"), "a file, no directory");

    assertRefused(cluster.start("n1"), cluster.stateDirectory("n1").getFileName().toString());
  }

  @Test
  void timingThatDiffersFromTheClustersIsRefusedWithBothValues() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign reign = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(reign);
    NodeProcess victim = cluster.others(reign.node()).get(0);
    victim.kill();

    NodeProcess other = cluster.start(victim.name(), Map.of("--lease", "3s"));

    assertRefused(other, "lease", "1000", "3000");
    assertEquals(reign.epoch(), reign.node().leadership().orElseThrow().number("epoch"));
  }

  @Test
  void faultyCommandLinesAreRefused() throws IOException {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3");
    Path weak = cluster.write("weak", "short");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertRefused(cluster.run("n1", List.of("--what")), "--what");
      assertRefused(cluster.run("n1", List.of()), "--cluster", "--secret-file");
      assertRefused(cluster.start("n1", Map.of("--lease", "soon")), "--lease", "soon");
      assertRefused(cluster.start("n1", Map.of("--rho", "0.7")), "0.7");
      assertRefused(cluster.start("n1", Map.of("--roster", "n2,n3")), "roster", "n1");
      assertRefused(cluster.start("n1", Map.of("--roster", "n1:witness,n2,n3")), "witness");
      assertRefused(cluster.start("n1", Map.of("--secret-file", weak.toString())), "secret", "5");
      assertRefused(cluster.start("n1", Map.of("--secret-file", "absent")), "absent");
      assertRefused(
          cluster.start("n1", Map.of("--http", "127.0.0.1:" + port)), "--http", "" + port);
      assertRefused(cluster.start("n1", Map.of("--claims", "/")), "--claims");
      String bind = "127.0.0.1:" + port;
      assertRefused(
          cluster.start(
              "n1",
              Map.of(
                  "--bind",
                  bind,
                  "--peers",
                  bind + "," + cluster.address("n2") + "," + cluster.address("n3"))),
          "" + port);
    }
  }

  @Test
  void helpIsNoFault() {
    Cluster cluster = processes.cluster(LEASE, "n1");
    NodeProcess help = cluster.apart(cluster.run("help", List.of("--help")));

    assertEquals(0, help.exitStatus(LIMIT));
    assertEquals(List.of(), help.errorLines());
  }

  private static void assertRefused(NodeProcess node, String... words) {
    assertEquals(2, node.exitStatus(LIMIT), () -> node + ": " + node.errorLines());
    List<String> lines = node.errorLines();
    assertEquals(1, lines.size(), () -> String.join("\n", lines));
    for (String word : words) {
      assertTrue(
          lines.get(0).toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT)),
          () -> "'" + word + "' wanted in: " + lines.get(0));
    }
  }

  private static List<Path> stateFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).filter(file -> file.toFile().length() > 0).toList();
    }
  }
}

package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Disks that are full, read-only, slow or gone, under members that run. */
@Tag("fault")
class DurabilityIT {
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final Map<String, String> N1_LEADS =
      Map.of("--prefer", "main=n1", "--failback", "auto");

  @Order(1)
  @RegisterExtension
  final Mounts mounts = new Mounts();

  @Order(2)
  @RegisterExtension
  final Processes processes = new Processes();

  /**
   *
   *
   * <pre>
   * n1 disk  | full ...............................................| room
   * n1       |== leads ==| storage: warned | resigns; must vote: out of service | back, leads
   * n2, n3   |                             | one leads                          |
   * </pre>
   */
  @Test
  void aMemberWithAFullDiskWarnsStepsAsideAndComesBack() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3");
    Path disk = cluster.stateDirectory("n1").toAbsolutePath();
    mounts.smallDisk(disk);
    cluster.startAll(N1_LEADS);
    NodeProcess n1 = cluster.node("n1");
    Reign first = cluster.awaitLeader(List.of(n1), 0, Cluster.PATIENCE);
    cluster.awaitPeace();

    Mounts.fill(disk);
    Event warning = awaitEvent(n1, "storage", "writable", "false");
    assertTrue(warning.text("reason").contains(disk + ""), warning.text("reason"));
    assertTrue(warning.text("reason").contains("0 of 262144 bytes free"), warning.text("reason"));
    assertNotEquals("[]", String.valueOf(n1.status().get("warnings")));

    Reign second = stepsAside(cluster, first);
    Mounts.makeRoom(disk);
    comesBack(cluster, second);
    awaitEvent(n1, "storage", "writable", "true");
  }

  @Test
  void aMemberWithAReadOnlyDiskStepsAsideAndComesBack() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll(N1_LEADS);
    Path state = cluster.stateDirectory("n1").toAbsolutePath();
    Reign first = cluster.awaitLeader(List.of(cluster.node("n1")), 0, Cluster.PATIENCE);
    cluster.awaitPeace();

    mounts.readOnly(state);
    Reign second = stepsAside(cluster, first);
    String reason = awaitEvent(cluster.node("n1"), "service", "inService", "false").text("reason");
    assertTrue(reason.contains("remount it writable"), reason);
    mounts.unmount(state);
    comesBack(cluster, second);
  }

  /** Moved away while it runs, and put back; later gone at a restart. */
  @Test
  void aMemberThatLosesItsDirectoryStepsAsideAndLaterCatchesUpBeforeItVotes() throws IOException {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll(N1_LEADS);
    Path state = cluster.stateDirectory("n1");
    Path away = state.resolveSibling("away");
    Reign first = cluster.awaitLeader(List.of(cluster.node("n1")), 0, Cluster.PATIENCE);
    cluster.awaitPeace();

    Files.move(state, away);
    Reign second = stepsAside(cluster, first);
    String reason = awaitEvent(cluster.node("n1"), "service", "inService", "false").text("reason");
    assertTrue(reason.contains("is gone"), reason);
    Files.move(away, state);
    Reign third = comesBack(cluster, second);

    cluster.node("n1").kill();
    delete(state);
    cluster.awaitLeader(cluster.others(cluster.node("n1")), third.epoch(), Cluster.PATIENCE);
    NodeProcess back = cluster.start("n1", Map.of());
    awaitEvent(back, "voter", "waiting", "true");
    awaitEvent(back, "voter", "waiting", "false");
    Reign fourth = cluster.awaitPeace();
    cluster.others(fourth.node(), back).get(0).kill();
    // Two of three are left, so n1 can win the role back only with its own vote.
    back.kill();
    NodeProcess last = cluster.start("n1", N1_LEADS);
    cluster.awaitLeader(List.of(last), fourth.epoch(), Cluster.PATIENCE);
  }

  /**
   *
   *
   * <pre>
   * n1 disk     |  fsync ......................... 3 s ..........................| done
   * n1 election |== leads main ==| must vote on another role, hangs              | follows
   * n1 watcher  |                | stalled | lease ends: revoked                 |
   * n2, n3      |                                    | one leads main            |
   * </pre>
   */
  @Test
  void aLeaderWhoseDiskTakesSecondsIsRevokedByTheClock() throws IOException {
    Assumptions.assumeTrue(Preload.hasCompiler(), "gcc is needed to make a disk slow");
    Path slow = processes.directory().resolve("slow");
    List<String> prefix = Preload.slowFsync(processes.directory(), slow);
    Cluster cluster =
        processes
            .clusterIn(Site.at("127.0.0.1", Map.of("n1", prefix)), LEASE, List.of("n1", "n2", "n3"))
            .startAll(Map.of("--role", "main,other", "--prefer", "main=n1", "--failback", "auto"));
    NodeProcess n1 = cluster.node("n1");
    Reign first = cluster.awaitLeader(List.of(n1), 0, Cluster.PATIENCE);
    cluster.awaitPeace();
    NodeProcess other = awaitLeaderOfOtherNotN1(cluster);

    Files.writeString(slow, "3");
    other.post("/ha/resign?role=other");
    Reign second = cluster.awaitLeader(cluster.others(n1), first.epoch(), Cluster.PATIENCE);
    Files.delete(slow);
    Event stored = awaitStoring(n1);
    Event revoked = n1.last(e -> e.isOfMain("revoked")).orElseThrow();
    assertEquals("lease-expired", revoked.text("reason"));
    assertTrue(revoked.monoNanos() < stored.monoNanos(), revoked + " came after " + stored);
    assertTrue(
        n1.last(e -> e.is("stalled") && e.text("detail").startsWith("storing state in"))
            .isPresent());
    cluster.awaitLeader(List.of(n1), second.epoch(), Cluster.PATIENCE);
  }

  private static NodeProcess awaitLeaderOfOtherNotN1(Cluster cluster) {
    cluster.node("n1").post("/ha/handover?role=other&to=n2"); // refused if another leads it
    return await("another member leads the other role")
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                cluster.others(cluster.node("n1")).stream()
                    .filter(node -> node.get("/ha/leader?role=other").statusCode() == 200)
                    .findFirst(),
            java.util.Optional::isPresent)
        .orElseThrow();
  }

  private static Event awaitStoring(NodeProcess node) {
    return await("storing took long")
        .atMost(Cluster.PATIENCE)
        .until(
            () -> node.last(e -> e.is("storing-slow") && e.number("millis") >= 3000),
            java.util.Optional::isPresent)
        .orElseThrow();
  }

  /** The leader n1 resigns; at the election that follows it must vote, and cannot. */
  private static Reign stepsAside(Cluster cluster, Reign first) {
    NodeProcess n1 = cluster.node("n1");
    assertEquals(200, n1.post("/ha/resign?role=main").statusCode());
    Reign second = cluster.awaitLeader(cluster.others(n1), first.epoch(), Cluster.PATIENCE);
    Event event = awaitEvent(n1, "service", "inService", "false");
    String path = cluster.stateDirectory("n1").toString();
    assertTrue(event.text("reason").contains(path), event.text("reason"));
    assertEquals("false", String.valueOf(n1.status().get("inService")));
    assertTrue(String.valueOf(n1.status().get("warnings")).contains(path));
    assertEquals(503, n1.get("/ha/leader?role=main").statusCode());
    return second;
  }

  /** It gets the role back, because it is preferred. */
  private static Reign comesBack(Cluster cluster, Reign second) {
    NodeProcess n1 = cluster.node("n1");
    awaitEvent(n1, "service", "inService", "true");
    Reign third = cluster.awaitLeader(List.of(n1), second.epoch(), Cluster.PATIENCE);
    cluster.awaitPeace();
    return third;
  }

  private static Event awaitEvent(NodeProcess node, String event, String field, String value) {
    return await(node + " " + event + " " + field + "=" + value)
        .atMost(Cluster.PATIENCE)
        .until(
            () -> node.last(e -> e.is(event)).filter(e -> e.text(field).equals(value)),
            java.util.Optional::isPresent)
        .orElseThrow();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}

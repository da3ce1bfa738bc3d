package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A leader's wall clock jumps; its monotonic clock does not. */
@Tag("fault")
@EnabledIf(
    value = "io.understudy.samples.node.Preload#hasCompiler",
    disabledReason = "needs gcc to put a library before the process' own clock")
class WallClockIT {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final long HOUR_MILLIS = 3_600_000;

  @RegisterExtension final Processes processes = new Processes();

  /** What a suspended machine sees when it wakes. */
  @Test
  void aLeaderWhoseWallClockJumpsAheadLeadsNoLongerAndBeginsAnotherLife() {
    Cluster cluster = startWithFakeClock();
    Reign first = cluster.awaitLeader(List.of(cluster.node("n1")), 0, Cluster.PATIENCE);
    cluster.awaitPeace();
    String incarnation = String.valueOf(first.node().status().get("incarnation"));

    setClock(HOUR_MILLIS);
    Event revoked =
        await("revoked")
            .atMost(Cluster.PATIENCE)
            .until(
                () -> first.node().last(e -> e.isOfMain("revoked")), java.util.Optional::isPresent)
            .orElseThrow();
    // Whoever looks first: the watcher at the lease, or the election at both clocks.
    assertTrue(
        List.of("lease-expired", "ineligible").contains(revoked.text("reason")),
        revoked.text("reason"));
    Reign second = cluster.awaitLeader(cluster.nodes(), first.epoch(), Cluster.PATIENCE);
    Event service =
        await("another life")
            .atMost(Cluster.PATIENCE)
            .until(
                () -> first.node().last(e -> e.is("service") && "true".equals(e.text("inService"))),
                java.util.Optional::isPresent)
            .orElseThrow();
    assertTrue(service.monoNanos() > revoked.monoNanos());
    assertTrue(!incarnation.equals(String.valueOf(first.node().status().get("incarnation"))));
    assertTrue(cluster.awaitPeace().epoch() >= second.epoch());
  }

  @Test
  void aLeaderWhoseWallClockIsSetBackLeadsOn() {
    Cluster cluster = startWithFakeClock();
    Reign first = cluster.awaitLeader(List.of(cluster.node("n1")), 0, Cluster.PATIENCE);
    cluster.awaitPeace();

    setClock(-HOUR_MILLIS);
    long began = System.nanoTime();
    await("three leases")
        .atMost(Cluster.PATIENCE)
        .until(() -> System.nanoTime() - began > LEASE.multipliedBy(3).toNanos());
    assertEquals(first, cluster.awaitPeace());
    assertEquals(0, first.node().count("revoked"));
    assertTrue(
        first.node().errorLines().stream().anyMatch(line -> line.contains("was set back by")));
  }

  private Cluster startWithFakeClock() {
    setClock(0);
    List<String> prefix = Preload.wallClock(processes.directory(), clockFile());
    Cluster cluster =
        processes.clusterIn(
            Site.at("127.0.0.1", Map.of("n1", prefix)), LEASE, List.of("n1", "n2", "n3"));
    return cluster.startAll(Map.of("--prefer", "main=n1", "--failback", "auto"));
  }

  private void setClock(long offsetMillis) {
    Preload.setClock(clockFile(), offsetMillis);
  }

  private Path clockFile() {
    return processes.directory().resolve("clock");
  }
}

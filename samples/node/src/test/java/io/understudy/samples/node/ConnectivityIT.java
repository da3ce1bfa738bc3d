package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.node.Cluster.Reign;
import io.understudy.samples.node.Platform.Moment;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The gateway is pinged by every member, and decides who may lead. The members reach each other all
 * the while, over another network.
 */
@Tag("fault")
@NeedsNetworks
class ConnectivityIT {
  @RegisterExtension final Processes processes = new Processes();

  private Platform platform;
  private Reign first;

  @BeforeAll
  static void machineCanRunIt() {
    Platform.assumePossible();
    assumeTrue(Platform.isInstalled("ping"), "ping is not installed");
  }

  @AfterEach
  void close() {
    platform.close();
  }

  private void start(String policy, Duration dampening) {
    Map<String, String> options =
        Map.of(
            "--connectivity",
            "ping:" + Machines.GATEWAY,
            "--no-connectivity",
            policy,
            "--dampening",
            dampening.toMillis() + "ms");
    platform = new Platform(processes, Platform.LONG_LEASE, RowWriter.CHECKED, options);
    first = platform.start();
  }

  private String home() {
    return first.node().name();
  }

  /** No client reaches the leader either: its machine's cable is pulled. */
  @Test
  void theLeaderLosesThePingTargetAndEverythingMoves() {
    start("stay", Duration.ofSeconds(2));

    Moment lost = Moment.now();
    platform.machines().unplug(home());
    assertFalse(platform.machines().reachesGateway(home()));
    Reign next = platform.awaitMovedFrom(first);
    platform.report("leader without the ping target", lost, first, next);
    platform.machines().plug(home());

    platform.awaitStopped(home());
    await("follows").atMost(Cluster.PATIENCE).until(() -> first.node().follows(next));
    platform.assertNeverTwice();
    platform.assertDataIsSound();
  }

  /** Lost and reached again, in turns that are shorter than the dampening. */
  @Test
  void aTargetThatComesAndGoesMovesNothing() {
    // A busy machine may make a turn longer by seconds, and must not make it as long as this.
    start("stay", Duration.ofSeconds(15));

    for (int i = 0; i < 10; i++) {
      platform.machines().wayToGateway(home(), false);
      assertFalse(platform.machines().reachesGateway(home()));
      Waits.pass(Duration.ofSeconds(1));
      platform.machines().wayToGateway(home(), true);
      assertTrue(platform.machines().reachesGateway(home()));
      Waits.pass(Duration.ofSeconds(1));
    }

    assertEquals(first, platform.cluster().awaitPeace());
    assertEquals(1, platform.cluster().elections());
    platform.assertDataIsSound();
  }

  @Test
  void nobodyReachesTheTargetAndEverythingStops() {
    start("stop", Duration.ofSeconds(2));

    Moment lost = Moment.now();
    platform.machines().gateway(false);
    assertFalse(platform.machines().reachesGateway(home()));
    await("nothing is active")
        .atMost(Cluster.PATIENCE)
        .until(() -> platform.group().log().active().isEmpty());
    await("nobody leads")
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                platform.cluster().nodes().stream()
                    .map(NodeProcess::leadership)
                    .allMatch(Optional::isEmpty));
    Waits.pass(Platform.LEASE.multipliedBy(3));
    assertTrue(platform.group().log().active().isEmpty(), "started without the target");
    platform.machines().gateway(true);

    Reign next = platform.awaitWorking(platform.cluster().nodes(), first.epoch());
    platform.report("nobody reached the ping target, policy stop", lost, first, next);
    platform.assertNeverTwice();
    platform.assertDataIsSound();
  }

  @Test
  void nobodyReachesTheTargetAndEverythingStays() {
    Duration dampening = Duration.ofSeconds(2);
    start("stay", dampening);

    platform.machines().gateway(false);
    assertFalse(platform.machines().reachesGateway(home()));
    Waits.pass(dampening.plus(Platform.LEASE).multipliedBy(3));

    platform.visits().awaitAnswerOf(first, System.nanoTime());
    platform.machines().gateway(true);
    Waits.pass(dampening.plus(Platform.LEASE));
    assertEquals(first, platform.cluster().awaitPeace());
    assertEquals(1, platform.cluster().elections());
    platform.assertDataIsSound();
  }
}

package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Secret;
import io.understudy.ha.Timing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader that is not to lead any more: its resources stop first, whatever the reason. */
class WithdrawalTest {
  private static final Duration LONG = Duration.ofSeconds(8);
  private static final MemberId SELF = MemberId.of("n1");

  @TempDir Path directory;

  private final MemoryNetwork network = new MemoryNetwork();
  private final List<String> happened = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopMayReturn = new CountDownLatch(1);
  private NodeRuntime node;

  private final class SlowToStop implements Resource {
    @Override
    public void start(Leadership leadership) {
      happened.add("started");
    }

    @Override
    public void stop() throws InterruptedException {
      happened.add("stops, quorum " + node.hasQuorum());
      stopMayReturn.await();
      happened.add("stopped");
    }
  }

  @BeforeEach
  void start() {
    ResourceGroup group =
        ResourceGroup.of("a", new SlowToStop()).within(LONG, LONG, Duration.ofMinutes(1));
    HaConfig config =
        new HaConfig(
            "test",
            SELF,
            List.of(RosterMember.parse("n1")),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            List.of(),
            directory,
            Secret.of("a secret of some length"),
            Timing.ofLease(Duration.ofSeconds(1)),
            false,
            true,
            List.of(RoleSpec.named("main").running(group)),
            List.of(this::note));
    node = LocalNodes.start(config, network);
    awaitThat("started");
  }

  private void note(HaEvent event) {
    if (event instanceof HaEvent.Revoked revoked) {
      happened.add("revoked " + revoked.reason().label());
    }
  }

  @AfterEach
  void close() {
    stopMayReturn.countDown();
    node.close();
  }

  private void awaitThat(String... expected) {
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertEquals(List.of(expected), List.copyOf(happened)));
  }

  /** The second reason must not cut short what the first one has begun. */
  @Test
  void stopsBeforeItResignsThoughItIsRefusedMeanwhile() {
    node.standby(true);
    awaitThat("started", "stops, quorum true");

    network.refuse(SELF, "another secret");
    await().atMost(LONG).until(() -> node.status().warnings().contains("another secret"));

    assertTrue(node.role("main").orElseThrow().isLeader());
    stopMayReturn.countDown();
    awaitThat("started", "stops, quorum true", "stopped", "revoked ineligible");
  }

  @Test
  void stopsBeforeItResignsWhenItIsRefused() {
    network.refuse(SELF, "another secret");
    awaitThat("started", "stops, quorum true");

    stopMayReturn.countDown();

    awaitThat("started", "stops, quorum true", "stopped", "revoked ineligible");
  }

  /** One reason is over, the other is not. */
  @Test
  void staysAwayWhenStandbyEndsAndTheRefusalDoesNot() {
    node.standby(true);
    awaitThat("started", "stops, quorum true");
    network.refuse(SELF, "another secret");
    node.standby(false);

    stopMayReturn.countDown();

    awaitThat("started", "stops, quorum true", "stopped", "revoked ineligible");
  }

  /** Until everything has stopped the member leads, so it has a quorum for all who ask. */
  @Test
  void hasAQuorumWhileItsResourcesStopBecauseItIsClosed() throws Exception {
    Thread closing = new Thread(node::close);
    closing.start();
    awaitThat("started", "stops, quorum true");

    stopMayReturn.countDown();
    closing.join(LONG.toMillis());

    awaitThat("started", "stops, quorum true", "stopped", "revoked closed");
    assertEquals(false, node.hasQuorum());
  }
}

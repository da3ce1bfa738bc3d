package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import io.understudy.samples.node.Platform.Moment;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What operators of a pair try before they trust it, on real resources: failures, one by one. */
@Tag("fault")
@NeedsNetworks
class PlatformIT {
  @RegisterExtension final Processes processes = new Processes();

  private Platform platform;
  private Reign first;

  @BeforeAll
  static void machineCanRunIt() {
    Platform.assumePossible();
  }

  @AfterEach
  void close() {
    platform.close();
  }

  private void start(Duration lease) {
    platform = new Platform(processes, lease, RowWriter.CHECKED, Map.of());
    first = platform.start();
  }

  private String home() {
    return first.node().name();
  }

  /** The limit is one restart; the second failure moves everything, and nothing runs twice. */
  @Test
  void aKilledTomcatIsRestartedInPlaceAndMovesAfterTheLimit() {
    start(Platform.LONG_LEASE);
    Moment killed = Moment.now();
    platform.group().die(home(), "web");
    platform.visits().awaitAnswerOf(first, platform.awaitFailures(first.node(), 1));
    platform.report("Tomcat killed, restarted in place", killed, first, first);
    assertEquals(1, platform.cluster().elections());

    Moment killedAgain = Moment.now();
    platform.group().die(home(), "web");
    Reign next = platform.awaitMovedFrom(first);

    platform.report("Tomcat killed beyond the limit, moved", killedAgain, first, next);
    platform.assertNeverTwice();
    platform.assertDataIsSound();
  }

  /** The machine is gone without a word, so its promises must run out before another leads. */
  @Test
  void theMachineOfTheLeaderLosesItsPower() {
    start(Platform.LEASE);
    Moment lost = Moment.now();
    platform.powerOff(first.node());
    Reign next = platform.awaitMovedFrom(first);
    platform.report("machine without power", lost, first, next);

    platform.machines().powerOn(home());
    NodeProcess again = platform.startAgain(home());

    await("follows").atMost(Cluster.PATIENCE).until(() -> again.follows(next));
    platform.assertNeverTwice();
    platform.assertDataIsSound();
  }

  /**
   * With the exclusion TOKEN, what a killed process leaves behind works on until it is started
   * again. The address follows the latest announcement, and the database refuses the old epoch.
   */
  @Test
  void theProcessOfTheLeaderIsKilledAndItsResourcesAreLeftBehind() {
    start(Platform.LEASE);
    Moment killed = Moment.now();
    first.node().kill();
    Reign next = platform.awaitMovedFrom(first);
    platform.report("process killed, resources left", killed, first, next);
    await("the old job has ended itself")
        .atMost(Cluster.PATIENCE)
        .until(() -> !platform.group().runs(home(), "job"));
    assertTrue(platform.group().hasAddress(home()), "nobody has removed the address");

    NodeProcess again = platform.startAgain(home());

    platform.awaitStopped(home());
    await("follows").atMost(Cluster.PATIENCE).until(() -> again.follows(next));
    assertFalse(platform.group().hasAddress(home()));
    assertFalse(platform.group().runs(home(), "web"));
    platform.assertDataIsSound();
  }

  /** It can be mounted again, so nothing moves. */
  @Test
  void theDirectoryIsUnmounted() {
    start(Platform.LONG_LEASE);
    Moment lost = Moment.now();
    platform.machines().unmount(home(), platform.group().mounted(home()));

    platform.visits().awaitAnswerOf(first, platform.awaitFailures(first.node(), 1));

    platform.report("directory unmounted, mounted again", lost, first, first);
    assertEquals(1, platform.cluster().elections());
    platform.assertDataIsSound();
  }

  /** It is mounted again in vain, so everything moves to a machine that can write. */
  @Test
  void theStorageBecomesReadOnly() {
    start(Platform.LONG_LEASE);
    Moment lost = Moment.now();
    platform.machines().makeStorageReadOnly(home(), platform.group().mounted(home()));

    Reign next = platform.awaitMovedFrom(first);

    platform.report("storage read-only", lost, first, next);
    platform.assertNeverTwice();
    platform.assertDataIsSound();
  }
}

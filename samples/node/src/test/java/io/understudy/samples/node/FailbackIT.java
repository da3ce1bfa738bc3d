package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import io.understudy.samples.node.Platform.Moment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What happens when the machine of the preferred member is back: real resources, a real client.
 *
 * <pre>
 * n1  leads | no power      | back, follows .............| leads, if the policy says so
 * n2  follows    | leads ................................| ...
 * </pre>
 */
@Tag("fault")
@NeedsNetworks
class FailbackIT {
  private static final String PREFERRED = "n1";

  @RegisterExtension final Processes processes = new Processes();

  private Platform platform;

  @BeforeAll
  static void machineCanRunIt() {
    Platform.assumePossible();
  }

  @AfterEach
  void close() {
    platform.close();
  }

  /** Starts everything, with the group at the preferred member, and takes its power away. */
  private Reign loseThePreferredMember(String policy) {
    Map<String, String> options = Map.of("--prefer", "main=" + PREFERRED, "--failback", policy);
    platform = new Platform(processes, Platform.LEASE, RowWriter.CHECKED, options);
    Reign first = platform.start();
    if (!first.node().name().equals(PREFERRED)) {
      first.node().post("/ha/handover?role=main&to=" + PREFERRED);
      first = platform.awaitMovedFrom(first);
    }
    platform.powerOff(first.node());
    return platform.awaitMovedFrom(first);
  }

  private NodeProcess comeBack() {
    platform.machines().powerOn(PREFERRED);
    return platform.startAgain(PREFERRED);
  }

  private static void awaitFollows(NodeProcess node, Reign reign) {
    await("follows").atMost(Cluster.PATIENCE).until(() -> node.follows(reign));
  }

  /** When a member has begun its present life. */
  private static long startedNanos(NodeProcess node) {
    return node.last(e -> e.is("started")).orElseThrow().monoNanos();
  }

  private Reign awaitBack(Reign between, String policy) {
    Moment since = Moment.now();
    NodeProcess preferred = platform.cluster().node(PREFERRED);
    Reign back = platform.awaitWorking(List.of(preferred), between.epoch());
    platform.report("fail-back " + policy, since, between, back);
    platform.assertNeverTwice();
    platform.assertDataIsSound();
    return back;
  }

  @Test
  void neverMeansThatTheGroupStays() {
    Reign between = loseThePreferredMember("never");
    NodeProcess preferred = comeBack();
    awaitFollows(preferred, between);

    Waits.pass(Platform.LEASE.multipliedBy(4));

    assertEquals(between.epoch(), platform.cluster().awaitPeace().epoch());
    assertEquals(0, preferred.count("elected"));
    platform.assertNeverTwice();
    platform.assertDataIsSound();
  }

  @Test
  void autoMeansThatItGoesBack() {
    Reign between = loseThePreferredMember("auto");
    awaitFollows(comeBack(), between);

    awaitBack(between, "auto");
  }

  /** A member that comes and goes in between has to be there for the whole delay again. */
  @Test
  void aDelayBeginsAnewWithEachReturn() {
    Duration delay = Duration.ofSeconds(10);
    Reign between = loseThePreferredMember("10s");
    NodeProcess comesAndGoes = comeBack();
    awaitFollows(comesAndGoes, between);
    Waits.pass(delay.dividedBy(2));
    comesAndGoes.kill();
    NodeProcess stays = platform.startAgain(PREFERRED);
    awaitFollows(stays, between);

    Reign back = awaitBack(between, "after 10 s");

    long waitedMillis = Duration.ofNanos(back.monoNanos() - startedNanos(stays)).toMillis();
    System.out.println("fail-back after 10 s: came " + waitedMillis + " ms after the return");
    assertEquals(0, comesAndGoes.count("elected"));
    assertTrue(waitedMillis >= delay.toMillis(), waitedMillis + " ms after its return");
  }
}

package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import org.junit.jupiter.api.Test;

/** Two clocks, and what becomes of a leader when they disagree. Every invariant is judged. */
class ClockScenarioTest {

  /**
   * A leader whose machine is suspended has no valid lease on the wall clock when it wakes, though
   * its monotonic clock says that hardly any time has passed. With a tolerance of a quarter of a
   * lease it would lead beside the next one.
   *
   * <pre>
   *   n1 monotonic  |== lease ==                   == lease =>
   *   n1 wall       |== lease ==|  suspended       | looks: this life is over
   *   n2, n3        | promise runs | one leads
   * </pre>
   */
  @Test
  void aSuspendedLeaderLeadsNobodyWhenItWakes() {
    Scenario s = Scenario.founded(3).prefer("n1").startAll().untilFollowed("n1", 3);
    Life before = s.member("n1").life();
    s.suspend("n1", 2.5).until("another leads", 2.4, () -> s.leader() != null && !s.leads("n1"));
    String second = s.leader();
    s.run(0.3).until("n1 woke", 1, () -> !s.member("n1").isPaused());
    assertFalse(s.leads("n1"));
    s.until("n1 has another life", 1, () -> !s.member("n1").isUp()).start("n1");
    assertNotEquals(before, s.member("n1").life());
    s.untilFollowed(second, 3);
  }

  /**
   * Too short for the clocks to tell it from a correction: the leader stays, and its lease ends no
   * later than it would have.
   */
  @Test
  void aShortSuspensionCostsNothing() {
    Scenario s = Scenario.founded(3).prefer("n1").startAll().untilFollowed("n1", 3);
    long epoch = s.epochOf("n1");
    for (int i = 0; i < 10; i++) {
      s.suspend("n1", 0.06).run(0.25);
    }
    assertTrue(s.leads("n1"));
    assertEquals(epoch, s.epochOf("n1"));
  }

  /**
   * The answer to a round comes after four suspensions that are too short to be noticed. The lease
   * began with the round, on the wall clock too.
   *
   * <pre>
   *   n1 -- heartbeat --> n2, n3            their answers are under way
   *   n1  suspended 4 x 0.06 leases         monotonic clock: 0.04 leases later
   *   n1 &lt;-- answers --                    lease until round + 1 on both clocks
   * </pre>
   */
  @Test
  void shortSuspensionsDoNotAddUp() {
    Scenario s = Scenario.founded(3).prefer("n1").startAll().untilFollowed("n1", 3);
    double[] round = {0};
    s.hold(
        envelope -> {
          if (envelope.message() instanceof Message.Heartbeat) {
            round[0] = s.nowLeases();
          }
          return envelope.message() instanceof Message.HeartbeatReply;
        });
    s.run(0.3);
    for (int i = 0; i < 4; i++) {
      s.suspend("n1", 0.06).run(0.06).mend().run(0.03); // it looks, and sees no jump
    }
    double last = round[0];
    s.release().cutBothWays("n1", "n2", "n3");
    s.until("n1 is revoked", 1, () -> !s.leads("n1"));
    assertTrue(s.nowLeases() <= last + 1, "a lease from " + last + " to " + s.nowLeases());
  }

  /** An operator sets the leader's wall clock ahead: one re-election, and nothing else. */
  @Test
  void aWallClockSetAheadCostsALeadership() {
    Scenario s = Scenario.founded(3).prefer("n1").startAll().untilFollowed("n1", 3);
    s.setWallClock("n1", 3_600);
    assertFalse(s.leads("n1"));
    s.start("n1").until("somebody leads", 3, () -> s.leader() != null);
    s.untilFollowed(s.leader(), 3);
  }

  @Test
  void aWallClockSetBackCostsNothing() {
    Scenario s = Scenario.founded(3).prefer("n1").startAll().untilFollowed("n1", 3);
    long epoch = s.epochOf("n1");
    s.setWallClock("n1", -3_600).run(3);
    assertTrue(s.leads("n1"));
    assertEquals(epoch, s.epochOf("n1"));
    s.cutBothWays("n1", "n2", "n3").until("n1 is revoked", 1, () -> !s.leads("n1"));
  }
}

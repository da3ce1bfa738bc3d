package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Voting;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tricky cases of the protocol, one by one. Every invariant is judged after every event. */
class ScenarioTest {

  /**
   * Two candidates of one epoch with two votes each of four. The one that is placed worse sees the
   * other's request and withdraws; its voter is free again. It costs a round trip, not a promise.
   *
   * <pre>
   *   n1 -- vote 1 --> n3      n2 -- vote 1 --> n4
   *   n1 -- vote 1 --> n2      n2 withdraws, resigns epoch 1, votes for n1
   * </pre>
   */
  @Test
  void crossedCandidatesWithdraw() {
    Scenario s = Scenario.founded(4).prefer("n1", "n2");
    s.lose(envelope -> envelope.message() instanceof Message.Canvass).startAll().run(0.08);
    s.until("both ask", 1, () -> isCanvassing(s, "n1") && isCanvassing(s, "n2"));
    for (String candidate : List.of("n1", "n2")) {
      long round = ((Standing.Canvassing) s.state(candidate).standing()).round();
      for (String voter : List.of("n3", "n4")) {
        // A voter says yes to one at a time, but a step later it may say it to the other.
        Message yes = new Message.CanvassReply(round, true, 0, 0);
        s.deliver(candidate, s.member(voter).life(), yes);
      }
    }
    s.until("both are candidates", 0.1, () -> isCandidate(s, "n1") && isCandidate(s, "n2"));
    s.lose(envelope -> false);
    double crossed = s.nowLeases();
    s.until("somebody leads", 1, () -> s.leader() != null);
    assertTrue(s.nowLeases() - crossed < 0.5, "took " + (s.nowLeases() - crossed) + " leases");
    String leader = s.leader();
    s.untilFollowed(leader, 1);
  }

  private static boolean isCanvassing(Scenario s, String name) {
    return s.state(name).standing() instanceof Standing.Canvassing;
  }

  private static boolean isCandidate(Scenario s, String name) {
    return s.state(name).standing() instanceof Standing.Candidate;
  }

  /**
   * A voter whose epoch is above the leader's takes part again: the leader asks for an epoch above
   * that, and leads on. Nobody else leads meanwhile.
   *
   * <pre>
   *   n1 leads in epoch 2 with n2        n3, epoch 7, is cut off
   *   n1 -- heartbeat 2 --> n3           n3 -- "7" --> n1
   *   n1 -- vote 8 --> n2, n3            n1 leads in epoch 8
   * </pre>
   */
  @Test
  void leftOverVoterOfAHigherEpochRejoins() {
    Scenario s = Scenario.founded(3).remembers("n1", 1).remembers("n2", 1).remembers("n3", 7);
    s.startAll().cutBothWays("n3", "n1", "n2").untilLeads("n1", 4);
    assertEquals(2, s.epochOf("n1"));
    s.mend().until("n1 leads in epoch 8", 1, () -> s.leads("n1") && s.epochOf("n1") == 8);
    s.untilFollowed("n1", 1);
  }

  /**
   * A voter that restarts right after it has acknowledged no longer knows its promise, so it waits
   * as long as it could run. Without the wait n2 and n3 would elect while n1's lease still runs.
   *
   * <pre>
   *   n1 ---- n2 ---- n3      n1 leads with n2 only; n3 is free
   *   n2 restarts, n1 is cut off
   * </pre>
   */
  @Test
  void voterRestartsRightAfterItsPromise() {
    Scenario s = Scenario.founded(3).startAll().untilFollowed("n1", 1);
    s.cutBothWays("n1", "n3").run(2);
    assertTrue(s.leads("n1"));
    s.restart("n2").cutBothWays("n1", "n2");
    double restarted = s.nowLeases();
    s.until("n2 or n3 leads", 4, () -> s.leads("n2") || s.leads("n3"));
    assertTrue(s.nowLeases() - restarted >= s.promiseLeases(), "waited too short");
    assertFalse(s.leads("n1"));
  }

  /**
   * A voter that lost its disk after it voted catches up with the epoch from the others, and gives
   * that epoch's vote to nobody again.
   *
   * <pre>
   *   n1 leads in epoch 1 by the votes of n1 and n2
   *   n2 loses its disk, starts again, catches up with epoch 1
   *   n3 -- vote 1 --> n2       refused
   * </pre>
   */
  @Test
  void lostDiskOfAVoterAfterItVoted() {
    Scenario s = Scenario.founded(3).startAll().cutBothWays("n1", "n3").untilLeads("n1", 1);
    long epoch = s.epochOf("n1");
    s.restartWithEmptyDisk("n2").run(s.promiseLeases() * 0.9);
    assertTrue(s.state("n2").voting() instanceof Voting.Uninformed);
    s.until("n2 has caught up", 2, () -> s.state("n2").voting() instanceof Voting.Ready);
    assertTrue(s.storedEpoch("n2") >= epoch);
    assertNull(s.state("n2").ballot().votedFor());
    s.deliver("n2", s.member("n3").life(), new Message.VoteRequest(epoch, 0, List.of()));
    s.crash("n1").until("n2 or n3 leads", 4, () -> s.leads("n2") || s.leads("n3"));
    assertTrue(s.epochOf(s.leader()) > epoch);
  }

  /**
   * One member of the first start is ended before it could be founded and begins again with
   * nothing. The founding is of lives, so the others ask again.
   */
  @Test
  void foundingWithARestartInTheMiddle() {
    Scenario s =
        Scenario.firstStart(3).hold(Scenario.from("n3", Message.StateReply.class)).startAll();
    s.run(0.05).restart("n3").release();
    s.until("somebody leads", 2, () -> s.leader() != null);
    s.untilFollowed(s.leader(), 1);
  }

  /**
   * The successor's request overtakes the resignation and brings it along, so the voter need not
   * wait for its promise to end. The late resignation changes nothing.
   *
   * <pre>
   *   n1 -- resigns 1 --> n2       n1 -- resigns 1 -.
   *   n2 -- vote 2, "n1 resigned 1" --> n3          |
   *                                    n3  <--------'
   * </pre>
   */
  @Test
  void resignationOvertakenByTheSuccessor() {
    Scenario s = Scenario.founded(3).startAll().untilFollowed("n1", 1);
    s.run(1).cut("n1", "n3").resign("n1", "n2");
    s.untilLeads("n2", 0.2);
    s.mend().deliver("n3", s.member("n1").life(), new Message.Resignation(1, null));
    s.run(3);
    assertEquals("n2", s.leader());
    assertEquals(2, s.epochOf("n2"));
  }

  /**
   * A leader that hears nobody is revoked when its lease ends, and says so: the others, who hear it
   * well, need not wait for their promises.
   *
   * <pre>
   *   n1 --> n2, n3      n2, n3 -x-> n1
   * </pre>
   */
  @Test
  void deafLeaderResignsAfterItsLease() {
    Scenario s = Scenario.founded(3).startAll().untilFollowed("n1", 1);
    s.run(1).cut("n2", "n1").cut("n3", "n1");
    s.until("n1 is revoked", 1.01, () -> !s.leads("n1"));
    double revoked = s.nowLeases();
    s.until("another leads", 1, () -> s.leader() != null);
    assertNotEquals("n1", s.leader());
    assertTrue(s.nowLeases() - revoked < 0.5, "they waited for their promises");
  }

  /** A leader that is paused for three leases leads no more when it goes on, and follows. */
  @Test
  void leaderPausedForThreeLeases() {
    Scenario s = Scenario.founded(3).startAll().untilFollowed("n1", 1);
    s.run(1).pause("n1", 3);
    s.until("another leads", 2.5, () -> s.leader() != null && !s.leads("n1"));
    String successor = s.leader();
    s.run(3);
    assertEquals(successor, s.leader());
    s.untilFollowed(successor, 1);
  }

  /** The whole cluster is ended and started again, three times: epochs only grow. */
  @Test
  void wholeClusterRestarts() {
    Scenario s = Scenario.firstStart(3).startAll();
    long epoch = 0;
    for (int i = 0; i < 3; i++) {
      s.until("somebody leads", 4, () -> s.leader() != null);
      assertTrue(s.epochOf(s.leader()) > epoch);
      epoch = s.epochOf(s.leader());
      s.run(0.5).restart("n1", "n2", "n3");
    }
  }

  /** A proof of death replaces a leader at once; it says nothing about the member's next life. */
  @Test
  void proofOfDeathReleasesOneLifeOnly() {
    Scenario s = Scenario.founded(3).startAll().untilFollowed("n1", 1);
    Life first = s.member("n1").life();
    s.run(1).crash("n1").proveDeath("n2", first).proveDeath("n3", first);
    s.until("another leads", 0.3, () -> s.leader() != null);
    s.crash(s.leader()).start("n1", "n2", "n3").run(3);
    s.until("somebody leads", 4, () -> s.leader() != null);
    String leader = s.leader();
    long epoch = s.epochOf(leader);
    s.proveDeath("n2", first).proveDeath("n3", first).run(3);
    assertEquals(leader, s.leader());
    assertEquals(epoch, s.epochOf(leader));
  }

  /** A new value settles only when the permit of a member that did not hear of it has run out. */
  @Test
  void settlingWaitsForThePermitOfADeafMember() {
    Scenario s = Scenario.founded(3).startAll().untilFollowed("n1", 1);
    s.run(2).cut("n1", "n3").write("n1");
    RegisterVersion written = new RegisterVersion(s.epochOf("n1"), 1);
    s.until("committed", 0.2, () -> s.member("n1").face(0).committed.equals(written));
    assertTrue(written.isNewerThan(s.member("n1").face(0).settled));
    assertTrue(s.member("n3").face(0).isPermitted(s.member("n3").localNanos()));
    s.until("settled", 1.3, () -> s.member("n1").face(0).settled.equals(written));
    assertFalse(s.member("n3").face(0).isPermitted(s.member("n3").localNanos()));
  }
}

package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterGoal;
import org.junit.jupiter.api.Test;

/** Two members without a third vote, each with a fence hook of scope PROCESS. */
class PairScenarioTest {

  private static Scenario settled() {
    return Scenario.pair().startAll().untilFollowed("n1", 1).run(1);
  }

  /** n1 leads the first, n2 the second, and both may lead both. */
  private static Scenario oneRoleEach(String first, String second) {
    Scenario s = Scenario.pair(first, second).startAll().untilFollowed("n1", 1);
    s.runFor("n1", 1, false);
    s.until("one each", 5, () -> s.leads("n1", 0) && s.leads("n2", 1));
    s.runFor("n1", 1, true).run(2);
    assertTrue(s.leads("n2", 1));
    return s;
  }

  /** A leader whose peer is gone has it fenced in time, and leads on in the same epoch. */
  @Test
  void leaderGoesOnWithoutABreak() {
    Scenario s = settled().lose(envelope -> isResignation(envelope.message()));
    s.crash("n2").run(10);
    assertTrue(s.leads("n1"));
    assertEquals(1, s.epochOf("n1"));
    assertEquals(1, s.cluster().fences().calls());
  }

  private static boolean isResignation(Message message) {
    if (message instanceof Message.Resignation) {
      throw new AssertionError("the leader was interrupted");
    }
    return false;
  }

  /** The second follower waits for its promise, and a quarter of a lease, see {@code Fencing}. */
  @Test
  void followerTakesOverWhenItsPromiseHasRunOut() {
    Scenario s = settled().crash("n1");
    double crashed = s.nowLeases();
    s.untilLeads("n2", 3);
    double took = s.nowLeases() - crashed;
    assertTrue(took <= s.promiseLeases() + 0.25 + 0.1, "took " + took + " leases");
    assertEquals(2, s.epochOf("n2"));
    s.start("n1").untilFollowed("n2", 2);
    assertEquals(2, s.epochOf("n2"));
  }

  /** The first of the roster waits for an eighth of a lease alone. */
  @Test
  void firstOfTheRosterTakesOverSooner() {
    Scenario s = settled().standby("n1").untilFollowed("n2", 5).runFor("n1", 0, true).run(1);
    double crashed = s.crash("n2").nowLeases();
    s.untilLeads("n1", 3);
    double took = s.nowLeases() - crashed;
    assertTrue(took <= s.promiseLeases() + 0.125 + 0.1, "took " + took + " leases");
  }

  /** With a proof of death in hand it asks at once; the proof alone is no vote. */
  @Test
  void proofOfDeathHastensTheFenceAndReplacesNoFence() {
    Scenario s = settled().hook("n2", SimFences.Conduct.FAILS);
    s.crash("n1").proveDeath("n2", s.member("n1").life()).run(3);
    assertFalse(s.leads("n2"));
    assertTrue(s.cluster().fences().calls() > 1);

    Scenario works = settled();
    works.crash("n1").proveDeath("n2", works.member("n1").life());
    works.untilLeads("n2", 0.2);
  }

  /**
   * Both can fence; the one that leads is first by half a lease.
   *
   * <pre>
   *   n1 leads -x- n2       at 3/4 L: n1 fences n2       (at P + L/8 n2 would fence n1)
   * </pre>
   */
  @Test
  void inACutTheLeaderIsFirst() {
    Scenario s = settled().cutBothWays("n1", "n2").run(10);
    assertTrue(s.leads("n1"));
    assertEquals(1, s.epochOf("n1"));
    assertFalse(s.member("n2").isUp());
    assertEquals(1, s.cluster().fences().calls());
  }

  /**
   * Each leads one role, so both miss the other at the same time. Both would shoot, and after the
   * outage none of them had met the other.
   *
   * <pre>
   *   n1 leads jobs  -x-  at 3/4 L: n1 fences n2, leads both
   *   n2 leads mail  -x-      (at 7/8 L n2 would fence n1; H earlier or later, as rounds fall)
   * </pre>
   */
  @Test
  void ofTwoThatLeadOneRoleEachTheFirstOfTheRosterIsFirst() {
    Scenario s = oneRoleEach("jobs", "mail");
    s.cutBothWays("n1", "n2").run(10);
    assertTrue(s.leads("n1", 0) && s.leads("n1", 1));
    assertEquals(1, s.epochOf("n1"));
    assertFalse(s.member("n2").isUp());
    assertEquals(1, s.cluster().fences().calls());
  }

  /**
   * The reserved role may be led by the other one. It asks for no fence: it would end the member
   * that works.
   *
   * <pre>
   *   n1 leads _roster       -x-  waits for n2's verdict over "jobs", and is fenced
   *   n2 leads jobs          -x-  fences n1 and goes on
   * </pre>
   */
  @Test
  void theReservedRoleShootsNobody() {
    Scenario s = oneRoleEach(RosterChange.ROLE, "jobs");
    s.cutBothWays("n1", "n2").run(10);
    assertTrue(s.leads("n2", 0) && s.leads("n2", 1));
    assertFalse(s.member("n1").isUp());
    assertEquals(1, s.cluster().fences().calls());
  }

  /** If the leader's hook fails, its lease ends and the other takes over. */
  @Test
  void inACutWithABrokenHookTheOtherTakesOver() {
    Scenario s = settled().hook("n1", SimFences.Conduct.FAILS).cutBothWays("n1", "n2");
    s.untilLeads("n2", 3);
    assertFalse(s.member("n1").isUp());
  }

  /** Nobody leads and the link is cut: both fence, both may die. When both are back they elect. */
  @Test
  void bothFenceEachOther() {
    Scenario s = settled().standby("n1").run(0.01).cutBothWays("n1", "n2");
    s.crash("n1", "n2").mend().start("n1", "n2");
    s.until("somebody leads", 4, () -> s.leader() != null);
    s.cutBothWays("n1", "n2").run(4);
    s.mend().start("n1", "n2").run(4);
    String leader = s.leader();
    s.untilFollowed(leader, 2);
  }

  /**
   * Started again it may not know what its peer has done alone, so it fences nobody. An operator
   * can say that the peer is off; then the epoch skips whatever the peer may have used.
   */
  @Test
  void restartedMemberWaitsForItsPeerOrAnOperator() {
    Scenario s = settled().crash("n1", "n2").start("n2").run(20);
    assertNull(s.leader());
    assertEquals(0, s.cluster().fences().calls());
    assertTrue(s.state("n2").pair().wish().stalled().contains("has not met n1"));
    s.confirmFenced("n2", "n1").untilLeads("n2", 0.1);
    assertTrue(s.epochOf("n2") > 1_000_000);
    s.start("n1").untilFollowed("n2", 2);
  }

  /**
   * The operator was wrong, or right for a moment: n1 was cut off and comes back in the same life.
   *
   * <pre>
   *   n1 leads -x- n2    "n1 is off": n2 leads alone    n1 --- n2    n1 -x- n2: neither leads alone
   * </pre>
   */
  @Test
  void anOperatorsWordEndsWhenThatLifeIsHeardAgain() {
    Scenario s = settled().hook("n1", SimFences.Conduct.FAILS).hook("n2", SimFences.Conduct.FAILS);
    s.cutBothWays("n1", "n2").run(3);
    assertNull(s.leader());
    s.confirmFenced("n2", "n1").untilLeads("n2", 0.5).run(3);
    assertTrue(s.leads("n2"));
    s.mend().untilFollowed("n2", 3).run(1);
    s.cutBothWays("n1", "n2").run(3);
    assertNull(s.leader());
  }

  /**
   * The exchange must have gone both ways.
   *
   * <pre>
   *   n1  alone: n2 is fenced     -- v1 --> n2'      its acknowledgements are lost
   *   n1  writes v2                  -x-    n2'      n2' does not know v2, so it fences nobody
   * </pre>
   */
  @Test
  void oneWayExchangeIsNoMeeting() {
    Scenario s = settled().crash("n2");
    s.until("n1 is alone", 2, () -> s.state("n1").pair().fenced() != null);
    s.cut("n2", "n1").start("n2").run(2);
    assertEquals(1, s.storedEpoch("n2"));
    assertFalse(s.state("n2").pair().met());
    s.write("n1").run(0.0001).cutBothWays("n1", "n2").run(10);
    assertTrue(s.leads("n1"));
    assertTrue(s.member("n1").isUp());
    s.mend().untilFollowed("n1", 1).run(1);
    assertTrue(s.state("n2").pair().met());
  }

  /** Who rejoins is asked again in the same step: from then on its acknowledgement counts. */
  @Test
  void rejoiningEndsTheLonelyLeadershipButNotTheLeadership() {
    Scenario s = settled().crash("n2");
    s.until("n1 is alone", 2, () -> s.state("n1").pair().fenced() != null);
    s.start("n2").untilFollowed("n1", 1).run(0.1);
    assertNull(s.state("n1").pair().fenced());
    s.run(5);
    assertTrue(s.leads("n1"));
    assertEquals(1, s.epochOf("n1"));
  }

  /**
   * A member that begins with an empty disk waits for an operator, and disturbs nobody meanwhile.
   */
  @Test
  void emptyDiskDoesNotEndALonelyLeadership() {
    Scenario s = settled().crash("n2");
    s.until("n1 is alone", 2, () -> s.state("n1").pair().fenced() != null);
    s.member("n2").store().lose();
    s.start("n2").run(10);
    assertTrue(s.leads("n1"));
    assertEquals(1, s.epochOf("n1"));
  }

  /**
   * Two that were three are a pair from the moment at which the roster says so, also for a leader
   * that nobody elects anew.
   */
  @Test
  void leaderThatCameIntoAPairByAChangeGoesOnAloneToo() {
    Scenario s = Scenario.changing(3).startAll().untilFollowed("n1", 1).run(1);
    s.wish("n1", new RosterGoal.Lack(MemberId.of("n3")));
    s.until("two are left", 10, () -> s.member("n2").roster().members().size() == 2);
    s.run(1).crash("n3", "n2").run(10);
    assertTrue(s.leads("n1"));
    assertEquals(1, s.epochOf("n1"));
    assertEquals(1, s.cluster().fences().calls());
  }

  /** A process that was paused finds everything silent; it must look before it shoots. */
  @Test
  void pausedMembersShootNobody() {
    Scenario s = settled().hook("n1", SimFences.Conduct.FAILS).pause("n2", 3).run(1.5);
    assertFalse(s.leads("n1"));
    int calls = s.cluster().fences().calls();
    s.until("a leader", 4, () -> s.leader() != null);
    s.run(5);
    assertTrue(s.member("n1").isUp());
    assertTrue(s.cluster().fences().calls() - calls <= 4);
  }

  /**
   * Hooks that lie break what rests on them. That is the expected failure: two leases at once.
   * Epochs still differ and grow, so a resource that checks them is safe.
   */
  @Test
  void hooksThatLieLeaveOnlyTheEpoch() {
    Scenario s = settled().hook("n1", SimFences.Conduct.LIES).hook("n2", SimFences.Conduct.LIES);
    AssertionError error =
        assertThrows(AssertionError.class, () -> s.cutBothWays("n1", "n2").run(5));
    Violation violation = (Violation) error.getCause();
    assertSame(Invariant.I2_ONE_LEASE, violation.invariant());
    assertEquals(1, s.epochOf("n1"));
    assertEquals(2, s.epochOf("n2"));
  }

  /** One liar alone shows nothing as long as the other's hook is honest. */
  @Test
  void leadersHookLiesAndTheFollowersIsHonest() {
    Scenario s = settled().hook("n1", SimFences.Conduct.LIES).cutBothWays("n1", "n2");
    s.untilLeads("n2", 3);
    assertFalse(s.member("n1").isUp());
  }
}

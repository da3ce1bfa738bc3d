package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Voting;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the simulator, a fresh reading or a real process found wrong once, as a scenario each. Where
 * the rule that mends it can be taken out of the machine, the scenario is played without it too,
 * and must fail.
 */
class FoundScenarioTest {

  static Stream<Arguments> scenarios() {
    return Stream.of(
        rule(3, LeadershipBug.LEADER_DOES_NOT_ASK_HIGHER, FoundScenarioTest::leftOverVoter),
        rule(3, Bug.LEADER_RESIGNS_FAILED_REELECTION, FoundScenarioTest::deafWhileAskingHigher),
        rule(3, Bug.LEASE_FROM_RECEIPT, FoundScenarioTest::slowAcknowledgements),
        rule(3, RegisterBug.PERMIT_FROM_RECEIPT, FoundScenarioTest::slowPermit),
        rule(3, RegisterBug.SILENT_MEMBER_KEEPS_ITS_PERMIT, FoundScenarioTest::silentFollower),
        rule(3, RegisterBug.OLDER_VALUE_OVERWRITES, FoundScenarioTest::overtakenWrite),
        rule(3, QuorumBug.QUORUM_OF_THE_VIEW, FoundScenarioTest::overlappingViews),
        rule(4, QuorumBug.HALF_IS_ENOUGH, FoundScenarioTest::evenSplit),
        rule(3, LeadershipBug.LEADER_VOTES_FOR_A_RIVAL, FoundScenarioTest::askedForItsOwnRole),
        rule(3, JoiningBug.CATCH_UP_BEFORE_THE_WAIT_IS_OVER, FoundScenarioTest::emptyDiskAtOnce));
  }

  private static Arguments rule(int size, Mutation mutation, Consumer<Scenario> play) {
    return Arguments.of(mutation, size, play);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void holdsByItsRule(Mutation mutation, int size, Consumer<Scenario> play) {
    play.accept(Scenario.founded(size));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void failsWithoutItsRule(Mutation mutation, int size, Consumer<Scenario> play) {
    Scenario broken = Scenario.foundedWith(mutation, size);
    assertThrows(AssertionError.class, () -> play.accept(broken));
  }

  /**
   * A voter stands in a higher epoch than the leader, left over from a race that it lost alone. The
   * leader asks for an epoch above, or that voter would stand aside for ever.
   *
   * <pre>
   *   n1 leads in epoch 2         n3 is in epoch 7
   *   n1 -- heartbeat 2 --> n3    n3 -- "I am in 7" --> n1
   *   n1 -- vote 8 --> n2, n3     n1 leads in epoch 8, n3 follows
   * </pre>
   */
  static void leftOverVoter(Scenario s) {
    s.remembers("n1", 1).remembers("n2", 1).remembers("n3", 7);
    s.startAll().cutBothWays("n3", "n1", "n2").untilLeads("n1", 4);
    s.mend().untilFollowed("n1", 2);
    assertEquals(8, s.epochOf("n1"));
  }

  /**
   * A leader that was told of a higher epoch asks above it and goes deaf. Its lease of the old
   * epoch runs on the promises that a resignation of the new one would release: found as two
   * leaders in 3 of 400 seeds.
   *
   * <pre>
   *   n1 leads 2 with n2; n3 says "7"     n1 -- vote 8 --> n2, n3
   *   n2, n3 -x-> n1                      no vote arrives; half a lease later n1 gives epoch 8 up
   *   n1 must not say "resigned 8"        n2 and n3 would elect while n1's lease runs
   * </pre>
   */
  static void deafWhileAskingHigher(Scenario s) {
    s.remembers("n1", 1).remembers("n2", 1).remembers("n3", 7);
    s.startAll().cutBothWays("n3", "n1", "n2").untilLeads("n1", 4);
    s.run(1).lose(Scenario.from("n2", Message.VoteReply.class).or(from("n3", "VoteReply")));
    s.mend().until("n1 asks higher", 1, () -> asksHigher(s, "n1"));
    s.cut("n2", "n1").cut("n3", "n1").lose(envelope -> false).run(4);
  }

  private static boolean asksHigher(Scenario s, String name) {
    return s.state(name).standing() instanceof Standing.Leader leader
        && leader.reelection() != null;
  }

  /**
   * Acknowledgements take most of a lease. The lease counts from the sending, so it ends although
   * an acknowledgement has just come in.
   *
   * <pre>
   *   n1 -- round, sent at s --> n2       n2 promises until s + P
   *   n1 is cut off                       n2's answer comes at s + 0.9 L
   *   n1 leads until s + L                not until s + 1.9 L
   * </pre>
   */
  static void slowAcknowledgements(Scenario s) {
    s.startAll().untilFollowed("n1", 1).run(1);
    s.hold(from("n2", "HeartbeatReply").or(from("n3", "HeartbeatReply")));
    s.run(0.3).cut("n1", "n2", "n3").run(0.5).release().run(0.01);
    s.cut("n2", "n1").cut("n3", "n1").run(3);
    assertFalse(s.leads("n1"));
  }

  /**
   * A follower's permit counts from what it sent, not from when the leader's heartbeat came.
   *
   * <pre>
   *   n3 -- ack, sent at s --> n1      n1 -- heartbeat, confirms the ack of s ---.
   *   n1 writes; n3 is cut off                                                   |
   *   n1 settles at s + P at the latest            n3 <--- slow heartbeat -------'   permit until s + L
   * </pre>
   */
  static void slowPermit(Scenario s) {
    s.startAll().untilFollowed("n1", 1).run(2);
    Predicate<Envelope> toThird =
        envelope ->
            envelope.message() instanceof Message.Heartbeat beat
                && beat.echo() != null
                && beat.echo().incarnation() == s.member("n3").life().incarnation();
    s.hold(toThird).run(0.21).cutBothWays("n3", "n1", "n2").write("n1").run(0.8).release().run(2);
  }

  /**
   * A value settles though a follower has fallen silent after an acknowledgement: no permit is
   * confirmed to a member that holds an older value. Once it was, and nothing ever settled again.
   *
   * <pre>
   *   n3 -- ack --> n1      n3 dies
   *   n1 writes             settled when the permit that this ack could earn has run out
   * </pre>
   */
  static void silentFollower(Scenario s) {
    s.startAll().untilFollowed("n1", 1).run(1).crash("n3").write("n1");
    RegisterVersion written = new RegisterVersion(s.epochOf("n1"), 1);
    s.until("settled", 1.5, () -> s.member("n1").face(0).settled.equals(written));
  }

  /**
   * A write is overtaken by the next epoch: what was under way comes late and changes nothing.
   *
   * <pre>
   *   n1 writes 1.1, and again 1.2      1.1 to n3 is slow
   *   n3 stores 1.2                     1.1 arrives
   * </pre>
   */
  static void overtakenWrite(Scenario s) {
    s.startAll().untilFollowed("n1", 1).run(1);
    RegisterVersion second = new RegisterVersion(s.epochOf("n1"), 2);
    s.hold(e -> e.message() instanceof Message.Heartbeat b && b.value() != null);
    s.write("n1").run(0.05).passOn().write("n1");
    s.until("stored", 0.5, () -> stored(s, "n2").equals(second) && stored(s, "n3").equals(second));
    s.release().run(1);
    assertEquals(second, stored(s, "n3"));
  }

  private static RegisterVersion stored(Scenario s, String name) {
    return s.state(name).ballot().register().version();
  }

  /**
   * Views are evidence, never a verdict: they overlap, and each is a majority of itself.
   *
   * <pre>
   *   n1 ---- n2      n3 sees nobody, and has "all" votes of those whom it sees
   * </pre>
   */
  static void overlappingViews(Scenario s) {
    s.startAll().untilFollowed("n1", 1).run(1);
    s.cutBothWays("n3", "n1", "n2").run(5);
    assertTrue(s.leads("n1"));
  }

  /**
   * Four members, two and two. Half is no quorum, so nobody leads after the old lease.
   *
   * <pre>
   *   n1 n2 | n3 n4
   * </pre>
   */
  static void evenSplit(Scenario s) {
    s.startAll().untilFollowed("n1", 1).run(1);
    s.cutBothWays("n1", "n3", "n4").cutBothWays("n2", "n3", "n4").run(4);
    assertNull(s.leader());
  }

  /**
   * A leader is asked for a vote against itself, by a member that has not heard of it for long.
   *
   * <pre>
   *   n1 leads with n2      n3 hears nothing of n1, and n1 hears n3
   *   n3 -- vote 2 --> n1   refused: n1 promised itself
   * </pre>
   */
  static void askedForItsOwnRole(Scenario s) {
    s.startAll().untilFollowed("n1", 1).cut("n1", "n3").run(0.5);
    s.deliver("n1", s.member("n3").life(), new Message.VoteRequest(9, 0, List.of())).run(0.01);
    assertTrue(s.leads("n1"));
    assertTrue(s.storedEpoch("n1") < 9, "it has voted against itself");
  }

  /**
   * A voter that lost its disk right after its acknowledgement must not be back before its
   * forgotten promise has run out, although the others answer at once.
   *
   * <pre>
   *   n1 leads with n2; n3 is cut off from n1 and free in time
   *   n2 loses its disk, n1 is cut off      n2 and n3 could elect, while n1's lease runs
   * </pre>
   */
  static void emptyDiskAtOnce(Scenario s) {
    s.startAll().untilFollowed("n1", 1).write("n1").run(1).cut("n1", "n3").run(2);
    s.lose(from("n1", "Heartbeat"))
        .restartWithEmptyDisk("n2")
        .run(0.05)
        .cutBothWays("n1", "n2")
        .run(0.8);
    assertTrue(s.leader() == null || s.leads("n1"));
    s.run(3);
  }

  // ---- without a mutation: the machine does not get stuck

  /**
   * Two of three race and one is dead. The refused one waits neither for the dead one's answer nor
   * until the refuser's promise to itself ends: 1 of 20 killed leaders was replaced a second late,
   * 1 of 14 a promise late.
   *
   * <pre>
   *   n2 -- vote 2 --> n3      n3 -- vote 2 --> n2      n1 is dead
   *   both refuse; n3 withdraws, votes for n2
   * </pre>
   */
  @Test
  void aCrossedRaceWithADeadMemberCostsARoundTrip() {
    Scenario s = Scenario.founded(3).startAll().untilFollowed("n1", 1).run(1);
    Life first = s.member("n1").life();
    s.hold(e -> e.message() instanceof Message.CanvassReply);
    s.crash("n1").proveDeath("n2", first).proveDeath("n3", first);
    s.until("both canvass", 0.5, () -> canvasses(s, "n2") && canvasses(s, "n3")).release();
    double crossed = s.nowLeases();
    s.until("somebody leads", 1, () -> s.leader() != null);
    assertTrue(s.nowLeases() - crossed < 0.3, "took " + (s.nowLeases() - crossed) + " leases");
  }

  private static boolean canvasses(Scenario s, String name) {
    return s.state(name).standing() instanceof Standing.Canvassing;
  }

  /**
   * A request that its own resignation overtook binds nobody.
   *
   * <pre>
   *   n1 -- vote 5 ----------------------.
   *   n1 -- resigns 5 --> n3             |
   *                       n3 <-----------'    no vote, no promise: n2 may ask
   * </pre>
   */
  @Test
  void aDelayedRequestOfAWithdrawnCandidateBindsNobody() {
    Scenario s = Scenario.founded(3).start("n3").run(0.1);
    Life candidate = new Life(s.member("n1").id(), 77);
    s.deliver("n3", candidate, new Message.Resignation(5, null)).run(0.01);
    s.deliver("n3", candidate, new Message.VoteRequest(5, 0, List.of())).run(0.01);
    assertEquals(0, s.storedEpoch("n3"));
    assertNull(s.state("n3").promise());
  }

  /**
   * The better-placed member sees no quorum. The leader keeps the role until it does.
   *
   * <pre>
   *   n1 (preferred) ---- n2 (leads) ---- n3, n4, n5      n1 sees 2 of 5
   * </pre>
   */
  @Test
  void theRoleIsNotHandedBackToAMemberThatSeesNoQuorum() {
    Scenario s = Scenario.founded(5).handBackTo("n1", "n2");
    s.cutBothWays("n1", "n3", "n4", "n5").startAll().run(0.05);
    s.until("n2 leads", 4, () -> s.leads("n2"));
    long epoch = s.epochOf("n2");
    s.run(6);
    assertTrue(s.leads("n2"));
    assertEquals(epoch, s.epochOf("n2"));
    s.mend().untilFollowed("n1", 4);
  }

  /**
   * A first start is interrupted: one member was founded, the two others began again with nothing.
   * They cannot tell that from two lost disks, and neither can the one; an operator can.
   *
   * <pre>
   *   n1 is founded      n2 and n3 restart before they hear of it
   *   n2: one of two others knows       not a quorum of others, so it waits
   *   an operator: "n2 lost nothing"    n1 and n2 elect, n3 catches up
   * </pre>
   */
  @Test
  void anInterruptedFirstStartNeedsAnOperator() {
    Scenario s = Scenario.firstStart(3);
    s.hold(
        e -> e.message() instanceof Message.StateReply && !e.from().member().value().equals("n1"));
    s.lose(
        e -> e.message() instanceof Message.StateReply && e.from().member().value().equals("n1"));
    s.startAll().run(0.05).release().until("founded", 1, () -> votes(s, "n1"));
    s.restart("n2", "n3").lose(e -> false).run(6);
    assertNull(s.leader());
    assertTrue(s.state("n2").voting() instanceof Voting.Uninformed);
    s.confirmEmptyState("n2").until("somebody leads", 3, () -> s.leader() != null);
    s.until("n3 has caught up", 3, () -> votes(s, "n3"));
  }

  private static boolean votes(Scenario s, String name) {
    return s.state(name).voting() instanceof Voting.Ready;
  }

  /**
   * Two of three start for the first time; the third is not there yet. They wait, because it may
   * know more than they do, until an operator says that there is nothing to know. It joins as a
   * member with a lost disk.
   */
  @Test
  void anOperatorConfirmsThatEmptyDirectoriesLostNothing() {
    Scenario s = Scenario.firstStart(3).start("n1", "n2").run(6);
    assertNull(s.leader());
    s.confirmEmptyState("n1").run(3);
    assertNull(s.leader(), "one vote of three");
    s.confirmEmptyState("n2").until("somebody leads", 1, () -> s.leader() != null);
    s.start("n3").untilFollowed(s.leader(), 3);
  }

  /**
   * A leader dies with the only disk that holds its last write. Its heartbeat arrives long after,
   * at a voter that has already told the member with the empty disk what it knew. So the write is
   * on two disks, but never was at one time, and nobody was told that it is committed: it may be
   * lost. The judge took it for committed, once in 30,000 seeds with lost disks and late messages.
   *
   * <pre>
   *   n1 writes 1.1, dies and loses its disk     1.1 -----------------.
   *   n2 -- "1.0" --> n1'                                             |
   *   n2  <-- 1.1 ----------------------------------------------------'
   *   n3 -- "1.0" --> n1'                        n1' knows 1.0, and leads with n3
   * </pre>
   */
  @Test
  void aWriteThatWasNeverOnTwoDisksAtOnceMayBeLost() {
    Scenario s = Scenario.founded(3).startAll().untilFollowed("n1", 1).run(1);
    RegisterVersion written = new RegisterVersion(s.epochOf("n1"), 1);
    s.hold(e -> e.message() instanceof Message.Heartbeat b && b.value() != null);
    s.cut("n1", "n3").write("n1").run(0.01).restartWithEmptyDisk("n1").mend();
    Predicate<Envelope> answers = from("n3", "StateReply");
    s.hold(answers.or(e -> e.message() instanceof Message.Canvass)).run(1.4).release();
    s.until("n1 has caught up", 1, () -> votes(s, "n1"));
    assertEquals(written, stored(s, "n2"));
    assertTrue(written.isNewerThan(stored(s, "n1")));
    s.cutBothWays("n2", "n1", "n3").until("n1 or n3 leads", 3, () -> s.leader() != null);
    s.mend().untilFollowed(s.leader(), 3);
  }

  private static Predicate<Envelope> from(String name, String kind) {
    return e ->
        e.from().member().value().equals(name)
            && e.message().getClass().getSimpleName().equals(kind);
  }
}

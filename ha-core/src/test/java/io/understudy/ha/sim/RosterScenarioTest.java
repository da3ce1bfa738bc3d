package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterGoal;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What went wrong, or would, while the roster changes: each scenario is played by the machine as it
 * is, which comes through it, and without the one rule that is meant, which must break the
 * invariant named. In the pictures a member's votes stand behind it, if they are not one.
 */
class RosterScenarioTest {
  private static final int KEEPING = 1;
  private static final MemberId N2 = MemberId.of("n2");

  static Stream<Arguments> scenarios() {
    return Stream.of(
        rule(
            RosterBug.WRITTEN_ROSTER_COUNTED_BY_THE_FORMER,
            Invariant.I4_REGISTER,
            RosterScenarioTest::committedByItsOwnQuorum),
        rule(
            RosterBug.ANSWERS_OF_TWO_ROSTERS_COUNTED,
            Invariant.I4_REGISTER,
            RosterScenarioTest::acknowledgedUnderTheFormer),
        rule(
            RosterBug.PROMISE_DROPPED_WITH_THE_ROSTER,
            Invariant.I2_ONE_LEASE,
            RosterScenarioTest::promisedUnderTheFormer),
        rule(
            RosterBug.NOTHING_CARRIED_OVER,
            Invariant.I4_REGISTER,
            RosterScenarioTest::restingRoleAndTwoChanges),
        rule(
            RosterBug.PERMITS_OF_WHO_LEFT_FORGOTTEN,
            Invariant.I8_PERMITS,
            RosterScenarioTest::removedWithAPermit),
        rule(
            RosterBug.REMOVED_LEADER_LEADS_ON,
            Invariant.CONTRACT,
            RosterScenarioTest::leaderIsRemoved),
        rule(RosterBug.TWO_VOTES_AT_ONCE, Invariant.I9_ROSTERS, RosterScenarioTest::twoVotesMore),
        rule(RosterBug.NEWS_ORDERED_BY_NUMBER, null, RosterScenarioTest::writtenByTwoLeaders));
  }

  /** Without an invariant it must get stuck. */
  private static Arguments rule(
      RosterBug bug, @Nullable Invariant broken, Consumer<Scenario> play) {
    return Arguments.of(bug, broken, play);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void holdsByItsRule(RosterBug bug, @Nullable Invariant broken, Consumer<Scenario> play) {
    play.accept(cluster(bug, Mutation.Nothing.IS_WRONG));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void failsWithoutItsRule(RosterBug bug, @Nullable Invariant broken, Consumer<Scenario> play) {
    Scenario without = cluster(bug, bug);
    AssertionError error = assertThrows(AssertionError.class, () -> play.accept(without));
    Invariant found = error.getCause() instanceof Violation v ? v.invariant() : null;
    assertSame(broken, found, error::getMessage);
  }

  /** Five members, or one that another one joins. */
  private static Scenario cluster(RosterBug meant, Mutation bug) {
    return meant == RosterBug.WRITTEN_ROSTER_COUNTED_BY_THE_FORMER
        ? Scenario.changing(1, 1, bug)
        : Scenario.changing(5, 0, bug);
  }

  // ---- votes and acknowledgements

  /**
   * A leader writes a roster in which its own vote is no quorum any more. It commits by a quorum of
   * the new one: the machine gets roster and value in one input. With the value first and the
   * roster a step later, the leader committed by the former what only it had stored.
   *
   * <pre>
   *   n1 n2(0)     1 of 1      n1 -- n2(1) -x-> n2
   *   n1 n2        2 of 2      one has stored it: not committed
   * </pre>
   */
  static void committedByItsOwnQuorum(Scenario s) {
    settled(s);
    s.wish("n1", votes("n2", 0)).until("n2 is in", 4, () -> s.member("n1").roster().contains(N2));
    s.run(3).lose(e -> tellsRoster(e)).wish("n1", votes("n2", 1));
    s.until("written", 3, () -> votesOf(s, "n1", "n2") == 1).run(0.2).lose(e -> false);
    s.until("one roster", 3, () -> agree(s));
  }

  /**
   * A leader that writes a roster in which it counts double is acknowledged by a member that has
   * not heard of it. That one stores the value for a quorum of the former roster, not of this one.
   *
   * <pre>
   *   n1 leads both, n4 and n5 are cut off
   *   n1: n1(2)               -x-> n2, n3      nobody is told of the roster
   *   n1 -- jobs 1.1, in n1(2) --> n2, n3      in the former: no answer that counts
   * </pre>
   */
  static void acknowledgedUnderTheFormer(Scenario s) {
    settled(s);
    s.lose(e -> isFrom(e, "n1") && tellsRoster(e));
    s.wish("n1", votes("n1", 2)).until("written", 1, () -> votesOf(s, "n1", "n1") == 2);
    s.cutBothWays("n4", "n1", "n2", "n3").cutBothWays("n5", "n1", "n2", "n3");
    s.write("n1").run(0.2).lose(e -> false).mend().run(4);
    s.untilFollowed(s.leader(), 3);
  }

  private static boolean tellsRoster(Envelope envelope) {
    return envelope.message() instanceof Message.RosterNews
        || (envelope.role().equals(RosterChange.ROLE)
            && envelope.message() instanceof Message.Heartbeat beat
            && beat.value() != null);
  }

  /**
   * Voters change to the next roster and keep what they promised under the former: n4 and n5 ask
   * for their votes while the leader's lease runs.
   *
   * <pre>
   *   n1 -- n1(2) --> n2, n3        they store it; their promises to n1 run on
   *   n1 -x- n2, n3                 n4, n5 were cut off and are free: n4 asks n2 and n3
   * </pre>
   */
  static void promisedUnderTheFormer(Scenario s) {
    settled(s);
    s.cutBothWays("n4", "n1", "n2", "n3").cutBothWays("n5", "n1", "n2", "n3").run(3);
    s.lose(e -> isFrom(e, "n1") && e.role().equals(Scenario.ROLE));
    s.wish("n1", votes("n2", 2));
    s.until("stored", 1, () -> votesOf(s, "n2", "n2") == 2 && votesOf(s, "n3", "n2") == 2);
    s.mend().cutBothWays("n1", "n2", "n3", "n4", "n5").lose(e -> false).run(4);
    assertFalse(s.leads("n1"));
    s.mend().untilFollowed(s.leader(), 3);
  }

  // ---- what is on disk

  /**
   * A role rests, and what it committed is on the disks of n1, n2 and n3. Two of them are to lose
   * their votes, one after the other; then a quorum would have none of the three disks. So before
   * each change what a quorum holds is carried over to a quorum, and here nothing can be: nothing
   * of that role gets through.
   *
   * <pre>
   *   n1 n2 n3 n4 n5         jobs 1.1 on n1, n2, n3; jobs rests
   *   n1 n2 n3(0) n4 n5      3 of 4
   *   n1 n2(0) n3(0) n4 n5   2 of 3: n4, n5 would elect, and know 1.0
   * </pre>
   */
  static void restingRoleAndTwoChanges(Scenario s) {
    settled(s);
    s.cutBothWays("n4", "n1", "n2", "n3").cutBothWays("n5", "n1", "n2", "n3").write("n1").run(0.1);
    for (SimMember member : s.cluster().members()) {
      s.standby(member.id().value());
    }
    s.run(0.1).mend().lose(e -> e.role().equals(Scenario.ROLE)).run(4);
    s.wish("n1", votes("n3", 0)).run(6).wish("n1", votes("n2", 0)).run(6);
    s.cutBothWays("n4", "n1", "n2", "n3").cutBothWays("n5", "n1", "n2", "n3");
    s.lose(e -> false).runFor("n4", 0, true).run(6);
    s.mend().until("n4 leads", 6, () -> s.leads("n4"));
  }

  // ---- permits

  /**
   * A member is removed that may act on the value before. Nothing is settled until its permit has
   * run out, though nobody counts it any more.
   *
   * <pre>
   *   n1: n5(0), then without n5      n5 hears of nothing any more; its permit on 1.0 runs
   *   n1 writes 1.1                   committed at once, settled when that permit has run out
   * </pre>
   */
  static void removedWithAPermit(Scenario s) {
    settled(s);
    s.wish("n1", new RosterGoal.Lack(MemberId.of("n5")));
    s.until("without a vote", 4, () -> votesOf(s, "n5", "n5") == 0);
    cutWhenWritten(s, "n5");
    s.until("removed", 4, () -> !s.member("n1").roster().contains(MemberId.of("n5")));
    s.cutBothWays("n5", "n1", "n2", "n3", "n4").run(0.02).write("n1");
    RegisterVersion written = new RegisterVersion(s.epochOf("n1"), 1);
    s.until("settled", 3, () -> s.member("n1").face(0).settled.equals(written));
  }

  // ---- who writes

  /** A leader is removed. It has stopped leading when it has stored that, and another one leads. */
  static void leaderIsRemoved(Scenario s) {
    settled(s.prefer("n2"));
    s.until("n2 leads jobs", 3, () -> s.leads("n2") && s.leads("n1", KEEPING));
    s.wish("n1", new RosterGoal.Lack(MemberId.of("n2")));
    s.until("removed", 6, () -> !s.member("n2").roster().contains(MemberId.of("n2")));
    s.until("another leads", 3, () -> s.leader() != null && !s.leads("n2"));
  }

  /** Two votes more are two changes, each a neighbour of the one before. */
  static void twoVotesMore(Scenario s) {
    settled(s);
    s.wish("n1", votes("n3", 3)).until("done", 8, () -> votesOf(s, "n3", "n3") == 3);
  }

  /**
   * A leader's roster reaches nobody; the next leader writes the former one again, in a higher
   * epoch and under the same number. Members go by the version, not by the number, or both would
   * keep theirs for ever.
   *
   * <pre>
   *   n1: roster 2 as 1.1      -x- the others
   *   n2: epoch 2, roster 1 as 2.0          n1 is back, with "2" against "1"
   * </pre>
   */
  static void writtenByTwoLeaders(Scenario s) {
    settled(s);
    s.lose(e -> isFrom(e, "n1") && tellsRoster(e)).wish("n1", votes("n1", 2));
    s.until("written", 1, () -> votesOf(s, "n1", "n1") == 2);
    s.crash("n1").lose(e -> false).until("another keeps it", 5, () -> keeper(s) != null);
    s.start("n1").until("one roster", 4, () -> agree(s));
  }

  // ---- what the scenarios share

  /** All run, and n1 leads and keeps the roster if nobody is preferred. */
  private static void settled(Scenario s) {
    s.startAll().until("n1 keeps it", 4, () -> s.leads("n1", KEEPING) && s.leader() != null);
    s.run(3);
  }

  private static RosterGoal votes(String name, int votes) {
    return new RosterGoal.Have(new RosterMember(MemberId.of(name), votes, false));
  }

  private static int votesOf(Scenario s, String at, String name) {
    return s.member(at).roster().votesOf(MemberId.of(name)::equals);
  }

  private static boolean isFrom(Envelope envelope, String name) {
    return envelope.from().member().value().equals(name);
  }

  /** Some hear nothing of the next roster that n1 writes, nor anything after it. */
  private static void cutWhenWritten(Scenario s, String... others) {
    long written = s.member("n1").roster().version();
    s.lose(
        envelope -> {
          if (isFrom(envelope, "n1") && s.member("n1").roster().version() != written) {
            s.cutBothWays("n1", others).lose(e -> false);
          }
          return false; // whoever is told first is not one of them
        });
  }

  private static @Nullable SimMember keeper(Scenario s) {
    return s.cluster().members().stream()
        .filter(m -> s.leads(m.id().value(), KEEPING))
        .findFirst()
        .orElse(null);
  }

  private static boolean agree(Scenario s) {
    return s.cluster().members().stream().map(SimMember::roster).distinct().count() == 1;
  }
}

package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleMachine;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.election.RosterStep.Refusal;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.TimeValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the member that keeps the roster does if it has something against where a change leads. */
final class RosterObjectionTest {
  private static final long LEASE = 1_000_000_000L;
  private static final TimeValues TIMES = new TimeValues(LEASE, LEASE / 5, 0.09);
  private static final MemberId SELF = MemberId.of("n1");
  private static final MemberId PEER = MemberId.of("n2");

  /** A clock that the test moves, and what was answered. */
  private static final class World implements Ports {
    long nowNanos = 1;
    final List<Output.RosterAnswer> answers = new ArrayList<>();

    @Override
    public long nanos() {
      return nowNanos++; // no two looks are the same
    }

    @Override
    public void send(MemberId to, List<Envelope> envelopes) {}

    @Override
    public void save(MemberRecord changed) {}

    @Override
    public void announce(String role, Output announcement) {
      if (announcement instanceof Output.RosterAnswer answer) {
        answers.add(answer);
      }
    }
  }

  private final World world = new World();

  /** Its own three votes are a quorum, so it keeps the roster and needs nobody for a change. */
  private MemberCore keeper(RosterMember... others) {
    List<RosterMember> members =
        Stream.concat(Stream.of(new RosterMember(SELF, 3, false)), Stream.of(others)).toList();
    Founding founding = new Founding(Map.of(SELF, 1L), true);
    MemberRecord blank =
        new MemberRecord(SELF, "test", new Roster(1, members), 0, founding, new TreeMap<>());
    RosterRules rules =
        new RosterRules(
            roster ->
                roster.stream().filter(entry -> entry.votes() > 0).count() == 2
                        && roster.stream().mapToInt(RosterMember::votes).distinct().count() == 1
                    ? Optional.of("roster has two of a kind")
                    : Optional.empty());
    MemberCore core =
        new MemberCore(
            new Life(SELF, 1),
            TIMES,
            new MemberCore.Election(new RoleMachine(), rules),
            world,
            blank);
    core.runForRoster();
    runFor(core, 4 * LEASE);
    return core;
  }

  private void runFor(MemberCore core, long nanos) {
    long until = world.nowNanos + nanos;
    int ticks = 0;
    while (core.wakeAtNanos() != Step.NEVER && core.wakeAtNanos() - until < 0) {
      world.nowNanos = Math.max(world.nowNanos, core.wakeAtNanos());
      core.tick();
      assertTrue(++ticks < 1_000, "it wants to be woken all the time");
    }
    world.nowNanos = until;
  }

  private static RosterGoal have(int votes) {
    return new RosterGoal.Have(new RosterMember(PEER, votes, false));
  }

  @Test
  void itRefusesBeforeTheFirstStepAndSaysWhy() {
    MemberCore core = keeper(new RosterMember(PEER, 1, false));

    core.wish(1, have(3));

    assertEquals(1, world.answers.size());
    assertEquals(Refusal.NO_THIRD_VOTE, world.answers.get(0).refusal());
    assertEquals("not changed, or the roster has two of a kind", world.answers.get(0).text());
    assertEquals(1, core.roster().version());
  }

  /** What lies on the way is no reason: each step is one vote. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void itMakesTheChangeIfItsEndWillDo(int votes) {
    MemberCore core = keeper(new RosterMember(PEER, 1, false));

    core.wish(1, have(votes));
    runFor(core, 8 * LEASE);

    // A fourth vote of the peer needs the peer, which does not run: the quorum is 4 of 7.
    int reached = Math.min(votes, 2);
    assertEquals(reached, core.roster().votesOf(PEER::equals));
    assertEquals(votes == 2 ? 1 : 0, world.answers.size());
    world.answers.forEach(answer -> assertNull(answer.refusal()));
  }

  /** Two others are left: whether that will do is for one of them to say. */
  @Test
  void itLeavesTheDecisionToThoseWhoStay() {
    MemberCore core =
        keeper(new RosterMember(PEER, 1, false), new RosterMember(MemberId.of("n3"), 1, false));

    core.wish(1, new RosterGoal.Lack(SELF));
    runFor(core, 4 * LEASE);

    assertEquals(Refusal.NO_SUCCESSOR, world.answers.get(0).refusal(), "nobody else runs");
    assertEquals(3, core.roster().votesOf(SELF::equals));
  }
}

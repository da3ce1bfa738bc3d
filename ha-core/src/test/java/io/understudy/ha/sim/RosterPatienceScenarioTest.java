package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.runtime.MemberCore;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the leader of the roster does while a change takes its time. */
class RosterPatienceScenarioTest {
  private static final int ROSTER = 1;

  /** n1 leads the roster and is to leave it; nobody else may lead the roster. */
  private static Scenario leavingWithoutSuccessor() {
    Scenario s = Scenario.changing(3).startAll().untilFollowed("n1", 1).run(1);
    s.runFor("n2", ROSTER, false).runFor("n3", ROSTER, false).run(1);
    s.wish("n1", new RosterGoal.Lack(MemberId.of("n1")));
    return s.until("it has no vote", 5, () -> votesOfFirst(s) == 0)
        .until("it is free to go on", 5, () -> s.leads("n1", ROSTER));
  }

  private static int votesOfFirst(Scenario s) {
    RosterMember first = s.member("n1").roster().entry(MemberId.of("n1"));
    return first == null ? 0 : first.votes();
  }

  /** It tries for a lease, a few times, and sleeps in between. */
  @Test
  void leaderWithoutSuccessorDoesNotSpin() {
    Scenario s = leavingWithoutSuccessor();
    int looks = 500;
    int due = 0;
    for (int i = 0; i < looks; i++) {
      s.run(0.01);
      MemberCore core = Objects.requireNonNull(s.member("n1").core());
      due += core.wakeAtNanos() - s.member("n1").localNanos() <= 0 ? 1 : 0;
    }
    assertTrue(s.leads("n1", ROSTER), "nobody takes it");
    assertTrue(due <= looks / 100, "due at once in " + due + " of " + looks + " looks");
  }

  /** A wish that was cancelled leaves nothing of its patience to the next one. */
  @Test
  void leaderTriesAnewAfterACancellation() {
    Scenario s = leavingWithoutSuccessor().run(4.5);
    s.wish("n1", new RosterGoal.Lack(MemberId.of("n1"))).run(0.1);
    s.wish("n1", new RosterGoal.Cancel()).run(3);
    s.wish("n1", new RosterGoal.Lack(MemberId.of("n1"))).run(0.1);
    s.runFor("n2", ROSTER, true).run(10);
    assertEquals(2, s.member("n2").roster().members().size());
  }
}

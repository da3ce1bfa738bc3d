package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.RoleMachine;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.TimeValues;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the simulator called a violation and was none: the machine was right, and the judge or the
 * fault that it judged by was not. Each is played so that the mistake, made again, fails it.
 */
class JudgeScenarioTest {
  private static final int KEEPING = 1;

  /**
   * A voter stores a value and, in the same turn, the next roster. It acknowledges the value under
   * the roster in force when it did, and both are on disk by one save. The judge looked at what was
   * saved under the new roster only, so nobody seemed to have stored what was committed: seed
   * 324864.
   *
   * <pre>
   *   n2 leads jobs, n1 leads _roster, n3 hears nobody
   *   n2 -- 1.1, "I hold 1.1" --> n1      n1: stores 1.1; n2 carries over all that there is, so
   *                                       n1: stores roster 2     one save
   *   n1 -- "1.1 stored", in roster 1 --> n2      n2: 1.1 is committed
   * </pre>
   */
  @Test
  void aValueAndARosterOfOneTurnAreSavedAsOne() {
    Scenario s = Scenario.changing(3, 0, Mutation.Nothing.IS_WRONG).prefer("n2").startAll();
    s.until("n2 leads jobs", 3, () -> s.leads("n2") && s.leads("n1", KEEPING)).run(3);
    Roster before = s.member("n1").roster();
    s.cutBothWays("n3", "n1", "n2").hold(JudgeScenarioTest::isHeld).write("n2").run(0.002);
    s.wish("n1", new RosterGoal.Have(new RosterMember(s.member("n1").id(), 2, false)));
    RegisterVersion written = new RegisterVersion(s.epochOf("n2"), 1);
    s.run(0.01).releaseTogether("n1");
    s.until("committed", 0.01, () -> s.member("n2").face(0).committed.equals(written));
    assertNotEquals(before, s.member("n1").roster());
    s.passOn().mend().until("all have it", 2, () -> stored(s, "n3").equals(written));
  }

  private static boolean isHeld(Envelope envelope) {
    return envelope.from().member().value().equals("n2")
        && ((envelope.message() instanceof Message.Heartbeat beat && beat.value() != null)
            || envelope.message() instanceof Message.Inventory);
  }

  private static RegisterVersion stored(Scenario s, String name) {
    return s.state(name).ballot().register().version();
  }

  /**
   * A request and the resignation of it arrive together, and name the receiver as the successor. It
   * votes for the candidate and then, an epoch higher, for itself; both are on disk by one save,
   * and the first vote is sent all the same. The judge took it for a vote that was never saved:
   * seed 668166.
   *
   * <pre>
   *   n1 -- vote 5, resigns 5 in favour of n2 --> n2      votes 5 for n1
   *                                               n2      votes 6 for n2      one save
   *   n2 -- "5 granted" --> n1                            no disk that holds 6 gives 5 again
   *   n2 -- vote 6 --> n3
   * </pre>
   */
  @Test
  void twoVotesOfOneTurnAreSavedAsOne() {
    Scenario s = Scenario.founded(3).start("n2", "n3").run(0.02);
    List<Message> said = new ArrayList<>();
    s.lose(
        envelope -> {
          said.add(envelope.message());
          return false;
        });
    Life first = s.member("n1").life();
    s.deliver(
        "n2",
        first,
        new Message.VoteRequest(5, 0, List.of()),
        new Message.Resignation(5, s.member("n2").id()));
    s.run(0.0001);
    assertEquals(6, s.storedEpoch("n2"));
    assertTrue(said.stream().anyMatch(m -> m instanceof Message.VoteReply r && r.granted()));
    s.untilLeads("n2", 1);
    assertEquals(6, s.epochOf("n2"));
  }

  /**
   * A plot plans to end a process and to lose its disk. Faults stop before, so it must not happen:
   * one member may be buried for good by then, and with the second one's disk nobody is left who
   * could tell it what it forgot, nor an operator who could know. The plan was carried out:
   * recovery seed 856436.
   *
   * <pre>
   *   n1 leads; the plot: "n1 loses its disk a quarter of a lease from now, at the latest"
   *   faults stop        n1 leads on, from the same disk
   * </pre>
   */
  @Test
  void whatWasPlannedDoesNotHappenAfterFaultsHaveStopped() {
    SimCluster raging = lateRole();
    SimCluster calm = lateRole();
    SimMember leader = leaderOf(calm);
    Life life = leader.life();

    calm.network().calm();
    calm.chaos().stop();

    long lease = calm.shape().times().leaseNanos();
    raging.runFor(lease);
    calm.runFor(lease);
    assertEquals(
        1, raging.members().stream().mapToInt(m -> m.store().generation()).max().orElse(0));
    assertEquals(0, calm.members().stream().mapToInt(m -> m.store().generation()).max().orElse(1));
    assertEquals(life, leader.life());
  }

  /** Three members; somebody was just elected, and so the plot has made its plan. */
  private static SimCluster lateRole() {
    List<RosterMember> members = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      members.add(new RosterMember(Shape.member(i), 1, false));
    }
    TimeValues times = new TimeValues(1_000_000_000L, 250_000_000L, 0.09);
    Shape shape =
        new Shape(new Roster(1, members), times, List.of("jobs", "mail"), Shape.Start.OTHER_ROLES);
    Dice dice = new Dice(1);
    SimCluster cluster =
        new SimCluster(
            new SimCluster.Parts(
                shape,
                new Weather(dice, times, true),
                Plot.Kind.LATE_ROLE,
                new RoleMachine(),
                new Tally(),
                null),
            dice);
    cluster.chaos().rage();
    assertTrue(cluster.runUntil(() -> leads(cluster), 10 * times.leaseNanos()));
    return cluster;
  }

  private static boolean leads(SimCluster cluster) {
    return cluster.members().stream().anyMatch(m -> m.face(0).leads(m.localNanos()));
  }

  private static SimMember leaderOf(SimCluster cluster) {
    return cluster.members().stream()
        .filter(m -> m.face(0).leads(m.localNanos()))
        .findFirst()
        .orElseThrow();
  }

  /**
   * The witness hears of the second role only when it knows the roster, so it needs two words.
   *
   * <pre>
   *   n1      word    | leads nothing without n2
   *   n2:w    empty   | word for the roster | hears of jobs | word for jobs | votes
   * </pre>
   */
  @Test
  void aWitnessMayNeedTwoWordsOfAnOperator() {
    Simulation.ofRecovery().check(2_053_832);
  }
}

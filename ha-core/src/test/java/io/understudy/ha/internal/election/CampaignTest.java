package io.understudy.ha.internal.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Message.CanvassReply;
import io.understudy.ha.internal.election.Message.Resignation;
import io.understudy.ha.internal.election.Message.VoteReply;
import io.understudy.ha.internal.election.Message.VoteRequest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a candidate among three takes a refusal: two other votes, one of which it needs. */
class CampaignTest {
  private static final TimeValues TIMES = new TimeValues(1_000, 200, 0.09);
  private static final Life SELF = new Life(MemberId.of("a"), 9);
  private static final Life B = new Life(MemberId.of("b"), 1);
  private static final MemberId C = MemberId.of("c");
  private static final long ROUND = TIMES.roundNanos();

  private final Bench bench = new Bench(settings());

  @ParameterizedTest
  @CsvSource({
    // is the third member seen, does the candidate withdraw at once
    "false, true",
    "true, false",
  })
  void aRefusalIsFinalOnlyWhenNobodyElseCanAnswer(boolean thirdSeen, boolean withdraws) {
    long epoch = candidature(thirdSeen ? Set.of(B.member(), C) : Set.of(B.member()));
    refuse(epoch, 1);
    assertEquals(
        withdraws,
        bench.sent(Resignation.class).stream().anyMatch(resigned -> resigned.epoch() == epoch));
    assertEquals(
        withdraws ? Standing.Follower.class : Standing.Candidate.class,
        bench.state().standing().getClass());
  }

  @Test
  void aCrossedRaceWithOneMemberGoneCostsAStepAndNotARound() {
    long epoch = candidature(Set.of(B.member()));
    refuse(epoch, 1);
    assertTrue(bench.wakeAt() < ROUND / 2, "next campaign at " + bench.wakeAt());
    long next = candidature(Set.of(B.member()));
    assertEquals(epoch + 1, next);
  }

  /**
   * The refuser is bound to itself in a crossed race and will withdraw too, so the candidate does
   * not stay away for as long as the refuser says that it is bound.
   */
  @Test
  void aRefusalByABoundRivalCostsAStepAndNotThatPromise() {
    long epoch = candidature(Set.of(B.member()));
    Standing.Poll poll = ((Standing.Candidate) bench.state().standing()).poll();
    long refused = poll.sentNanos() + 1;
    bench.receive(
        B,
        new VoteReply(epoch, poll.sentNanos(), false, epoch, TIMES.promiseNanos(), null),
        refused);
    assertTrue(
        bench.wakeAt() - refused < ROUND / 2, "next campaign after " + (bench.wakeAt() - refused));
  }

  @Test
  void aRefusedCanvassIsRepeatedLongBeforeTheRefusersPromiseEnds() {
    long round = canvass(Set.of(B.member()));
    long refused = bench.wakeAt() - 1;
    bench.receive(B, new CanvassReply(round, false, 0, TIMES.promiseNanos()), refused);
    assertInstanceOf(Standing.Follower.class, bench.state().standing());
    assertTrue(
        bench.wakeAt() - refused <= 2 * TIMES.retryNanos(),
        "asks again after " + (bench.wakeAt() - refused));
  }

  @Test
  void lateVotesOfAWithdrawnCandidatureDoNotCount() {
    long epoch = candidature(Set.of(B.member()));
    Standing.Poll poll = ((Standing.Candidate) bench.state().standing()).poll();
    refuse(epoch, 1);
    bench.receive(
        new Life(C, 1),
        new VoteReply(epoch, poll.sentNanos(), true, epoch, 0, RegisterValue.NONE),
        poll.sentNanos() + 2);
    assertInstanceOf(Standing.Follower.class, bench.state().standing());
  }

  /** Runs the clock until the machine canvasses; returns the round. */
  private long canvass(Set<MemberId> reachable) {
    bench.step(new Input.PeersSeen(reachable), bench.wakeAt() == Step.NEVER ? 0 : bench.wakeAt());
    while (!(bench.state().standing() instanceof Standing.Canvassing)) {
      bench.step(new Input.Tick(), bench.wakeAt());
    }
    return ((Standing.Canvassing) bench.state().standing()).round();
  }

  /** Runs the clock until the machine has canvassed and asks for votes; returns the epoch. */
  private long candidature(Set<MemberId> reachable) {
    long round = canvass(reachable);
    bench.receive(B, new CanvassReply(round, true, 0, 0), bench.wakeAt() - 1);
    return assertInstanceOf(VoteRequest.class, bench.sent(VoteRequest.class).get(0)).epoch();
  }

  private void refuse(long epoch, long afterNanos) {
    Standing.Poll poll = ((Standing.Candidate) bench.state().standing()).poll();
    bench.receive(
        B,
        new VoteReply(epoch, poll.sentNanos(), false, epoch, 0, null),
        poll.sentNanos() + afterNanos);
  }

  private static Settings settings() {
    Roster roster =
        new Roster(
            1,
            List.of(
                new RosterMember(SELF.member(), 1, false),
                new RosterMember(B.member(), 1, false),
                new RosterMember(C, 1, false)));
    return new Settings("main", SELF, roster, TIMES, 0, TIMES.promiseNanos());
  }
}

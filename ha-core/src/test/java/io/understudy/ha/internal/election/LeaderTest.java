package io.understudy.ha.internal.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Message.CanvassReply;
import io.understudy.ha.internal.election.Message.Heartbeat;
import io.understudy.ha.internal.election.Message.HeartbeatReply;
import io.understudy.ha.internal.election.Message.Resignation;
import io.understudy.ha.internal.election.Message.VoteReply;
import io.understudy.ha.internal.election.Message.VoteRequest;
import io.understudy.ha.internal.election.Standing.Leader;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a leader among three does, one step at a time. */
class LeaderTest {
  private static final long LEASE = 1_000;
  private static final TimeValues TIMES = new TimeValues(LEASE, 200, 0.09);
  private static final Life SELF = new Life(MemberId.of("m"), 9);
  private static final Life B = new Life(MemberId.of("b"), 1);
  private static final Life C = new Life(MemberId.of("c"), 1);

  private final Bench bench = new Bench(settings());
  private long now;

  @Test
  void isAnnouncedWhenTheRegisterIsCommittedInItsEpochAndNotBefore() {
    elect();
    assertFalse(leader().announced());
    acknowledge(B, 1);
    assertTrue(leader().announced());
    assertTrue(bench.outputs().stream().anyMatch(Output.Elected.class::isInstance));
  }

  @Test
  void asksHigherAndKeepsItsLease() {
    lead();
    long until = leader().leaseUntilNanos();
    refuse(B, 7);
    assertEquals(8, bench.sent(VoteRequest.class).get(0).epoch());
    assertEquals(1, leader().epoch());
    assertEquals(until, leader().leaseUntilNanos());
  }

  @ParameterizedTest
  @CsvSource({
    // told of, asks again for (0: no)
    "7, 0",
    "8, 0",
    "9, 10",
  })
  void aRunningPollIsAbandonedForAHigherOneOnly(long toldOf, long asksFor) {
    lead();
    refuse(B, 7);
    now += TIMES.retryNanos();
    refuse(C, toldOf);
    List<VoteRequest> asked =
        bench.sent(VoteRequest.class).stream().filter(request -> request.epoch() != 8).toList();
    assertEquals(asksFor, asked.isEmpty() ? 0 : asked.get(0).epoch());
    assertEquals(asksFor == 0 ? 8 : asksFor, poll().epoch());
  }

  @Test
  void votesOfAnAbandonedPollCountNoMore() {
    lead();
    refuse(B, 7);
    Standing.Poll abandoned = poll();
    now += TIMES.retryNanos();
    refuse(C, 9);
    vote(B, abandoned);
    assertEquals(1, leader().epoch());
    vote(B, poll());
    assertEquals(10, leader().epoch());
  }

  @Test
  void aFailedReElectionIsNotResigned() {
    lead();
    refuse(B, 7);
    long deadline = poll().untilNanos();
    while (leader().reelection() != null) {
      now = Math.min(bench.wakeAt(), deadline);
      step(new Input.Tick());
      assertTrue(bench.sent(Resignation.class).isEmpty(), bench.outputs()::toString);
    }
    assertNull(leader().reelection());
    assertTrue(leader().leaseUntilNanos() - now > 0);
  }

  @Test
  void whatHasEndedStaysEnded() {
    lead();
    now = leader().nextRoundNanos();
    step(new Input.Tick());
    long sent = leader().lastRoundNanos();
    now = leader().leaseUntilNanos();
    receive(B, reply(1, sent, true, 1, true));
    assertInstanceOf(Standing.Follower.class, bench.state().standing());
    assertTrue(
        bench.outputs().stream().noneMatch(Output.Extend.class::isInstance),
        bench.outputs()::toString);
    assertEquals(1, bench.sent(Resignation.class).get(0).epoch());
  }

  @ParameterizedTest
  @CsvSource({
    // could the successor lead, is it seen, what becomes of the hand-over
    "true, true, DONE",
    "false, true, INELIGIBLE",
    "true, false, UNREACHABLE",
  })
  void theRoleIsHandedOverOnlyToAMemberThatCouldLead(
      boolean electable, boolean seen, Output.Outcome outcome) {
    lead();
    step(new Input.PeersSeen(seen ? Set.of(B.member(), C.member()) : Set.of(C.member())));
    now = leader().nextRoundNanos();
    step(new Input.Tick());
    acknowledgeRound(electable);
    step(new Input.Resign(1, B.member(), RevokeReason.HANDED_OVER));
    assertTrue(bench.outputs().contains(new Output.Answer(1, outcome, null)));
    assertEquals(outcome == Output.Outcome.DONE, isLeavingTo(B));
    assertEquals(outcome != Output.Outcome.DONE, bench.state().standing() instanceof Leader);
  }

  private boolean isLeavingTo(Life successor) {
    return bench.sent(Resignation.class).stream()
        .anyMatch(r -> successor.member().equals(r.successor()));
  }

  private void acknowledgeRound(boolean electable) {
    long round = leader().lastRoundNanos();
    receive(B, reply(1, round, true, 1, electable));
    receive(C, reply(1, round, true, 1, true));
  }

  @Test
  void writesOfALowerEpochAreNotStored() {
    lead();
    RegisterVersion before = bench.state().ballot().register().version();
    receive(B, heartbeatWithValue(5, new RegisterVersion(5, 3)));
    assertEquals(new RegisterVersion(5, 3), bench.state().ballot().register().version());
    receive(C, heartbeatWithValue(4, new RegisterVersion(4, 9)));
    assertEquals(new RegisterVersion(5, 3), bench.state().ballot().register().version());
    assertTrue(new RegisterVersion(5, 3).isNewerThan(before));
    assertTrue(bench.outputs().stream().noneMatch(Output.Store.class::isInstance));
  }

  @Test
  void whoStoresAValueAfterItWasCommittedGetsItsPermitAtOnceAndAlone() {
    lead();
    step(new Input.Write(1, new byte[] {1}));
    acknowledge(B, 1);
    assertEquals(bench.state().ballot().register().version(), leader().committed());
    acknowledge(C, 1);
    List<Heartbeat> sent = bench.sent(Heartbeat.class);
    assertEquals(1, sent.size(), sent::toString);
    assertNotNull(sent.get(0).echo(), "that is the permit");
    acknowledge(C, 1);
    assertEquals(List.of(), bench.sent(Heartbeat.class), "once");
  }

  // ---- means

  private void elect() {
    step(new Input.PeersSeen(Set.of(B.member(), C.member())));
    while (!(bench.state().standing() instanceof Standing.Canvassing)) {
      now = bench.wakeAt();
      step(new Input.Tick());
    }
    long round = ((Standing.Canvassing) bench.state().standing()).round();
    receive(B, new CanvassReply(round, true, 0, 0));
    vote(B, ((Standing.Candidate) bench.state().standing()).poll());
  }

  private void lead() {
    elect();
    acknowledge(B, 1);
    acknowledge(C, 1);
  }

  private void vote(Life from, Standing.Poll poll) {
    receive(
        from,
        new VoteReply(poll.epoch(), poll.sentNanos(), true, poll.epoch(), 0, RegisterValue.NONE));
  }

  private void acknowledge(Life from, long epoch) {
    receive(from, reply(epoch, leader().lastRoundNanos(), true, epoch, true));
  }

  private void refuse(Life from, long voterEpoch) {
    receive(from, reply(leader().epoch(), leader().lastRoundNanos(), false, voterEpoch, true));
  }

  private HeartbeatReply reply(
      long epoch, long sent, boolean accepted, long voterEpoch, boolean electable) {
    RegisterVersion stored =
        accepted ? bench.state().ballot().register().version() : RegisterVersion.NONE;
    return new HeartbeatReply(epoch, sent, accepted, 0, stored, voterEpoch, electable);
  }

  private static Heartbeat heartbeatWithValue(long epoch, RegisterVersion version) {
    RegisterValue value = new RegisterValue(version, new byte[] {1});
    return new Heartbeat(epoch, 0, version, RegisterVersion.NONE, value, null);
  }

  private Leader leader() {
    return assertInstanceOf(Leader.class, bench.state().standing());
  }

  private Standing.Poll poll() {
    Standing.Poll poll = leader().reelection();
    assertNotNull(poll, "asks for no higher epoch");
    return poll;
  }

  private static Settings settings() {
    List<RosterMember> members =
        List.of(
            new RosterMember(SELF.member(), 1, false),
            new RosterMember(B.member(), 1, false),
            new RosterMember(C.member(), 1, false));
    return new Settings("main", SELF, new Roster(1, members), TIMES, 0, TIMES.promiseNanos());
  }

  private void receive(Life from, Message message) {
    bench.receive(from, message, now);
  }

  private void step(Input input) {
    bench.step(input, now);
  }
}

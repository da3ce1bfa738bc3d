package io.understudy.ha.internal.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Message.Heartbeat;
import io.understudy.ha.internal.election.Message.HeartbeatReply;
import io.understudy.ha.internal.election.Message.Resignation;
import io.understudy.ha.internal.election.Message.VoteReply;
import io.understudy.ha.internal.election.Message.VoteRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules by which a voter answers, one step at a time. */
class VoterTest {
  private static final long LEASE = 1_000;
  private static final TimeValues TIMES = new TimeValues(LEASE, 200, 0.09);
  private static final long PROMISE = TIMES.promiseNanos();
  private static final Roster ROSTER =
      new Roster(1, List.of(member("a"), member("b"), member("c"), witness("w"), member("v")));
  private static final Life SELF = life("v", 9);
  private static final Life A = life("a", 1);
  private static final Life A_REBORN = life("a", 2);
  private static final Life B = life("b", 1);

  private final RoleMachine machine = new RoleMachine();
  private RoleState state = boot(new Boot.Fresh(founding()));
  private List<Output> outputs = List.of();

  @ParameterizedTest
  @CsvSource({
    // own epoch, voted for, asked epoch, by, granted
    "5, a, 6, b, true",
    "5, a, 5, b, false",
    "5, a, 5, a, true",
    "5, a, 4, a, false",
    "5, ?, 5, a, false",
    "5, ?, 6, a, true",
    "5, a, 6, w, false",
  })
  void aFreeVoterGrants(long own, String votedFor, long asked, String by, boolean granted) {
    Life vote = votedFor.equals("?") ? null : life(votedFor, 1);
    state = boot(new Boot.Known(new Ballot(own, vote, RegisterValue.NONE, Founding.NONE)));
    tick(PROMISE + 1);
    receive(life(by, 1), new VoteRequest(asked, 0, List.of()), PROMISE + 1);
    assertEquals(granted, lastReply(VoteReply.class).granted());
  }

  @Test
  void aGrantIsStoredBeforeItIsGiven() {
    receive(A, new VoteRequest(1, 0, List.of()), 0);
    assertInstanceOf(Output.Store.class, outputs.get(0));
    assertTrue(lastReply(VoteReply.class).granted());
    assertEquals(A, state.ballot().votedFor());
  }

  @Test
  void aPromiseBindsUntilItsEndCountedFromReceipt() {
    receive(A, new VoteRequest(1, 0, List.of()), 100);
    receive(B, new VoteRequest(2, 0, List.of()), 100 + PROMISE - 1);
    assertFalse(lastReply(VoteReply.class).granted());
    assertEquals(1, lastReply(VoteReply.class).boundForNanos());
    receive(B, new VoteRequest(2, 0, List.of()), 100 + PROMISE);
    assertTrue(lastReply(VoteReply.class).granted());
  }

  @Test
  void aPromiseToOneLifeBindsAgainstTheNextLifeOfTheSameMember() {
    receive(A, new VoteRequest(1, 0, List.of()), 0);
    receive(A_REBORN, new VoteRequest(2, 0, List.of()), 1);
    assertFalse(lastReply(VoteReply.class).granted());
  }

  @ParameterizedTest
  @CsvSource({
    // resigning life, resigned epoch, frees the voter that promised a/1 for epoch 3
    "1, 3, true",
    "1, 4, true",
    "1, 2, false",
    "2, 3, false",
  })
  void aResignationReleasesItsOwnLifeAndEpochOnly(long incarnation, long epoch, boolean frees) {
    receive(A, new VoteRequest(3, 0, List.of()), 0);
    receive(life("a", incarnation), new Resignation(epoch, null), 1);
    receive(B, new VoteRequest(5, 0, List.of()), 2);
    assertEquals(frees, lastReply(VoteReply.class).granted());
  }

  @Test
  void proofOfDeathIsRelayedAndReleasesThatLifeOnly() {
    receive(A, new VoteRequest(3, 0, List.of()), 0);
    receive(B, new VoteRequest(4, 0, List.of(new Evidence.Died(A_REBORN))), 1);
    assertFalse(lastReply(VoteReply.class).granted());
    receive(B, new VoteRequest(4, 0, List.of(new Evidence.Died(A))), 2);
    assertTrue(lastReply(VoteReply.class).granted());
  }

  /** It is no proof: who was only cut off comes back in the same life, and is heard. */
  @Test
  void anOperatorsWordReleasesWhatIsPromisedByThenAndNothingLater() {
    receive(A, heartbeat(3), 0);
    step(new Input.FenceConfirmed(A.member()), 1);
    assertEquals(List.of(new Evidence.Resigned(A, 3)), state.outlook().evidence());
    receive(A, heartbeat(3), 2);
    assertTrue(outputs.isEmpty(), "on its way when the word was given");
    receive(B, new VoteRequest(4, 0, List.of()), 3);
    assertTrue(lastReply(VoteReply.class).granted());

    receive(A, heartbeat(5), 3 + PROMISE);

    assertTrue(lastReply(HeartbeatReply.class).accepted());
    receive(B, new VoteRequest(6, 0, state.outlook().evidence()), 4 + PROMISE);
    assertFalse(lastReply(VoteReply.class).granted(), "the word is relayed, and was for epoch 3");
  }

  @Test
  void aRestartedVoterVotesForNobodyUntilItsForgottenPromisesHaveRunOut() {
    state = boot(new Boot.Known(new Ballot(3, A, RegisterValue.NONE, Founding.NONE)));
    receive(A, new VoteRequest(4, 0, List.of(new Evidence.Died(B))), PROMISE - 1);
    assertFalse(lastReply(VoteReply.class).granted());
    receive(A, heartbeat(3), PROMISE - 1);
    assertTrue(lastReply(HeartbeatReply.class).accepted(), "it acknowledges meanwhile");
  }

  @Test
  void aVoterWithoutStateNeitherVotesNorAcknowledges() {
    state = boot(new Boot.Empty(true));
    receive(A, new VoteRequest(4, 0, List.of()), 1);
    assertFalse(lastReply(VoteReply.class).granted());
    receive(A, heartbeat(4), 2);
    assertTrue(outputs.isEmpty(), outputs::toString);
  }

  @Test
  void aDirectoryThatHoldsARoleIsNoLongerReportedAsEmpty() {
    state = boot(new Boot.Empty(true));
    receive(A, new Message.StateRequest(1), 1);
    assertEquals(
        Message.Knowledge.DIRECTORY_EMPTY, lastReply(Message.StateReply.class).knowledge());
    step(new Input.DirectoryUsed(), 2);
    receive(A, new Message.StateRequest(2), 3);
    assertEquals(Message.Knowledge.ROLE_UNKNOWN, lastReply(Message.StateReply.class).knowledge());
  }

  @Test
  void aHeartbeatBelowTheVotersEpochIsAnsweredWithThatEpochAndNotStored() {
    receive(B, new VoteRequest(7, 0, List.of()), 0);
    receive(A, heartbeat(6), 1);
    assertFalse(lastReply(HeartbeatReply.class).accepted());
    assertEquals(7, lastReply(HeartbeatReply.class).voterEpoch());
    assertTrue(outputs.stream().noneMatch(Output.Store.class::isInstance));
  }

  @Test
  void aHeartbeatThatTheResignationOvertookBindsNobody() {
    receive(A, heartbeat(6), 0);
    receive(A, new Resignation(6, null), 1);
    receive(A, heartbeat(6), 2);
    assertTrue(outputs.isEmpty(), outputs::toString);
  }

  @Test
  void aRequestThatTheResignationOvertookGetsNoVote() {
    receive(A, new Resignation(6, null), 1);
    receive(A, new VoteRequest(6, 0, List.of()), 2);
    assertFalse(lastReply(VoteReply.class).granted());
    receive(B, new VoteRequest(7, 0, List.of()), 3);
    assertTrue(lastReply(VoteReply.class).granted(), "it is bound to nobody");
  }

  @ParameterizedTest
  @CsvSource({
    // what is known, what comes in, what is kept; D: died, a number: resigned that epoch
    "D, 3, D",
    "3, D, D",
    "5, 3, 5",
    "3, 5, 5",
    "D, D, D",
  })
  void weakerEvidenceReplacesNoStronger(String known, String comes, String kept) {
    step(new Input.Learned(evidence(known)), 1);
    step(new Input.Learned(evidence(comes)), 2);
    assertEquals(List.of(evidence(kept)), state.outlook().evidence());
  }

  @Test
  void evidenceOfOneLifeReplacesNoneOfAnother() {
    step(new Input.Learned(new Evidence.Died(A)), 1);
    step(new Input.Learned(new Evidence.Resigned(A_REBORN, 9)), 2);
    assertEquals(2, state.outlook().evidence().size());
    receive(B, new Message.Canvass(1, List.of(new Evidence.Resigned(A, 9))), 3);
    assertTrue(state.outlook().evidence().contains(new Evidence.Died(A)));
  }

  private static Evidence evidence(String text) {
    return text.equals("D") ? new Evidence.Died(A) : new Evidence.Resigned(A, Long.parseLong(text));
  }

  @Test
  void anOperatorConfirmsAnEmptyDirectory() {
    state = boot(new Boot.Empty(true));
    step(new Input.EmptyStateConfirmed(), 1);
    assertInstanceOf(Output.Store.class, outputs.get(0));
    receive(A, new VoteRequest(1, 0, List.of()), 2);
    assertTrue(lastReply(VoteReply.class).granted());
  }

  @Test
  void aMessageOfAnotherRosterOrForAnotherLifeIsIgnored() {
    Envelope otherRoster = new Envelope("main", A, Life.ANY, 2, new VoteRequest(1, 0, List.of()));
    step(new Input.Received(otherRoster), 0);
    assertTrue(outputs.isEmpty());
    Envelope otherLife =
        new Envelope("main", A, 8, ROSTER.stamp(), new VoteRequest(1, 0, List.of()));
    step(new Input.Received(otherLife), 0);
    assertTrue(outputs.isEmpty());
  }

  private RoleState boot(Boot boot) {
    Settings settings = new Settings("main", SELF, ROSTER, TIMES, 0, PROMISE);
    return machine.start(settings, boot, 0).next();
  }

  private void tick(long now) {
    step(new Input.Tick(), now);
  }

  private void receive(Life from, Message message, long now) {
    step(new Input.Received(new Envelope("main", from, Life.ANY, ROSTER.stamp(), message)), now);
  }

  private void step(Input input, long now) {
    Step step = machine.step(state, input, now);
    state = step.next();
    outputs = step.outputs();
  }

  private <T extends Message> T lastReply(Class<T> type) {
    Output last = outputs.get(outputs.size() - 1);
    return type.cast(assertInstanceOf(Output.Send.class, last).message());
  }

  private static Heartbeat heartbeat(long epoch) {
    return new Heartbeat(epoch, 0, RegisterVersion.NONE, RegisterVersion.NONE, null, null);
  }

  private static Founding founding() {
    return new Founding(Map.of(MemberId.of("v"), 9L), true);
  }

  private static Life life(String member, long incarnation) {
    return new Life(MemberId.of(member), incarnation);
  }

  private static RosterMember member(String name) {
    return new RosterMember(MemberId.of(name), 1, false);
  }

  private static RosterMember witness(String name) {
    return new RosterMember(MemberId.of(name), 1, true);
  }
}

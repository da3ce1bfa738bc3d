package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Facts.declined;
import static io.understudy.jdbc.internal.routing.Facts.healthy;
import static io.understudy.jdbc.internal.routing.Facts.refused;
import static io.understudy.jdbc.internal.routing.Facts.silent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.Drain;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Follow;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Failed;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Input.SwitchAsked;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts.Fetching;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.ServerFacts.Replication;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SwitchoverMachineTest {
  private static final String A = "db-01";
  private static final String B = "db-02";
  private static final long PLANNED_NANOS = 1_000_000_000;
  private static final CatchUp B_CATCHES_UP = new CatchUp(B, List.of("position-1"), false, true);
  private static final CatchUp A_CATCHES_UP = new CatchUp(A, List.of("position-2"), false, true);
  private static final Assignment SERVING_A =
      new Assignment(
          5,
          Phase.SERVING,
          A,
          "",
          "",
          1,
          "first writer",
          List.of(
              new MasterRecord(A, new IdSeries(1, 2, 1), 0),
              new MasterRecord(B, new IdSeries(2, 2, 2), 0)));

  private final DirectorMachine machine =
      new DirectorMachine(new Rules(List.of(A, B), 2, 100, true, 2, PLANNED_NANOS, 1_000));
  private DirectorState state = DirectorState.initial(List.of(A, B), SERVING_A);
  private Optional<Action> action = Optional.empty();
  private long nowNanos = Long.MAX_VALUE - 5; // overflows soon: times are compared by subtraction

  // ---- the whole way

  @Test
  void theWriterMovesStepByStep() {
    serving();
    asked();
    assertCommits(Phase.DRAINING, A, B, 5);
    assertNext(new Drain());
    done();
    assertCommits(Phase.SWITCHING, "", B, 6);
    assertNext(new Settle());
    assertNext(new Fence(A));
    assertNext(B_CATCHES_UP);
    assertNext(new Open(B));
    done();
    assertCommits(Phase.SERVING, B, "", 6);
    assertEquals(A, committed().previous());
    done();
    assertEquals(Outcome.SWITCHED, state.switchover().orElseThrow().outcome());
    assertEquals(Optional.empty(), action);
  }

  @Test
  void probesDoNotDisturbTheDraining() {
    draining();
    probe(A, healthy(1, Mode.OPEN));
    probe(B, healthy(2, Mode.CLOSED));
    assertEquals(Optional.empty(), action, "it is under way");
    step(new Done(new Drain()));
    assertCommits(Phase.SWITCHING, "", B, 6);
  }

  // ---- back, while nobody has lost anything

  @Test
  void inTheDrainingAnyTroubleGivesTheWriterBackInTheSameGeneration() {
    for (Probed trouble :
        List.of(
            new Probed(B, refused()),
            new Probed(A, silent()),
            new Probed(B, healthy(2, Mode.OPEN)),
            new Probed(B, new Healthy(Facts.of(2, 2, Mode.CLOSED, Facts.STOPPED), Map.of())),
            new Probed(A, new Healthy(Facts.of(1, 1, Mode.OPEN, Facts.RUNNING), Map.of(B, 3L))))) {
      draining();
      step(trouble);
      assertCommits(Phase.SERVING, A, "", 5);
      done();
      assertEquals(Outcome.ROLLED_BACK, state.switchover().orElseThrow().outcome());
    }
  }

  @Test
  void membersThatHearNothingGiveTheWriterBackAndTheNextAttemptBeginsAfresh() {
    draining();
    step(new Failed(new Drain(), "n2 hears nothing"));
    assertCommits(Phase.SERVING, A, "", 5);
    assertTrue(committed().reason().contains("n2 hears nothing"), committed()::reason);
    done();
    asked();
    assertCommits(Phase.DRAINING, A, B, 5);
    assertNext(new Drain());
  }

  @Test
  void aDeadWriterIsGivenBackFirstAndReplacedThen() {
    draining();
    probe(A, refused());
    assertCommits(Phase.SERVING, A, "", 5);
    done();
    assertCommits(Phase.FAILING_OVER, "", B, 6);
  }

  @Test
  void aNewDirectorGivesTheWriterBack() {
    begin(SERVING_A.draining(B, "planned"));
    probe(A, healthy(1, Mode.OPEN));
    assertCommits(Phase.SERVING, A, "", 5);
  }

  // ---- back, after the writer was withdrawn

  @Test
  void aFenceThatFailsGoesBackInANewGenerationAtOnce() {
    draining();
    step(new Done(new Drain()));
    assertNext(new Settle());
    assertNext(new Fence(A));
    step(new Failed(new Fence(A), "lock wait timeout"));
    assertCommits(Phase.SWITCHING, "", A, 7);
    assertTrue(committed().reason().contains("lock wait timeout"), committed()::reason);
    assertNext(new Settle());
    assertNext(A_CATCHES_UP);
    assertNext(new Open(A));
    done();
    assertCommits(Phase.SERVING, A, "", 7);
    done();
    Switchover ended = state.switchover().orElseThrow();
    assertEquals(Outcome.ROLLED_BACK, ended.outcome());
    assertTrue(ended.reason().contains("lock wait timeout"), ended::reason);
  }

  @Test
  void whatIsNotAppliedInTimeGoesBackAlsoWhenAFailoverWouldOpen() {
    switching();
    assertNext(new Fence(A));
    assertNext(B_CATCHES_UP);
    step(new Failed(B_CATCHES_UP, "7 are not applied"));
    assertCommits(Phase.SWITCHING, "", A, 7);
  }

  @Test
  void aServerThatMayBeOpenIsFencedBeforeTheOldWriterIsOpened() {
    switching();
    assertNext(new Fence(A));
    assertNext(B_CATCHES_UP);
    assertNext(new Open(B));
    step(new Failed(new Open(B), "the answer is lost"));
    assertCommits(Phase.SWITCHING, "", A, 7);
    assertNext(new Settle());
    assertNext(new Fence(B));
    assertNext(A_CATCHES_UP);
    assertNext(new Open(A));
  }

  @Test
  void aCandidateThatDiesGoesBack() {
    switching();
    probe(B, silent());
    done();
    assertCommits(Phase.SWITCHING, "", A, 7);
  }

  @Test
  void onTheWayBackItIsTriedAgainAndNotTurnedRound() {
    switching();
    assertNext(new Fence(A));
    step(new Failed(new Fence(A), "lock wait timeout"));
    assertNext(new Settle());
    assertNext(A_CATCHES_UP);
    step(new Failed(A_CATCHES_UP, "it broke"));
    assertEquals(Optional.empty(), action);
    nowNanos += 100;
    probe(A, healthy(1, Mode.CLOSED));
    assertEquals(Optional.of(A_CATCHES_UP), action);
  }

  @Test
  void onTheWayBackAWriterThatIsSilentForAMomentIsWaitedFor() {
    switching();
    assertNext(new Fence(A));
    step(new Failed(new Fence(A), "read timed out"));
    assertNext(new Settle());
    probe(A, silent());
    done();
    assertEquals(Optional.empty(), action);
    probe(A, healthy(1, Mode.CLOSED));
    assertEquals(Optional.of(A_CATCHES_UP), action);
  }

  @Test
  void aWriterThatDiesAfterItWasWithdrawnIsAFailover() {
    switching();
    probe(A, refused());
    done();
    assertCommits(Phase.FAILING_OVER, "", B, 7);
    done();
    assertEquals(Outcome.OVERTAKEN, state.switchover().orElseThrow().outcome());
  }

  @Test
  void aWriterThatIsSilentForAMomentIsWaitedFor() {
    switching();
    probe(A, silent());
    done();
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("db-01 does not answer"), state::trouble);
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.of(new Fence(A)), action);
  }

  @Test
  void aNewDirectorFinishesAnUnfinishedChange() {
    begin(SERVING_A.preparing(Phase.SWITCHING, B, "planned"));
    probe(A, healthy(1, Mode.CLOSED));
    probe(B, healthy(2, Mode.OPEN));
    assertEquals(Optional.of(new Settle()), action);
    assertNext(B_CATCHES_UP);
    assertNext(new Open(B));
    done();
    assertCommits(Phase.SERVING, B, "", 6);
  }

  // ---- who may be open meanwhile

  @Test
  void onTheWayBackAServerThatMayBeOpenIsWaitedFor() {
    opening();
    step(new Failed(new Open(B), "the answer is lost"));
    assertCommits(Phase.SWITCHING, "", A, 7);
    assertNext(new Settle());
    probe(B, silent());
    done();
    assertEquals(Optional.empty(), action, "it may be open, and it may be back at once");
    assertTrue(state.trouble().contains("db-02 does not answer"), state::trouble);
    probe(B, healthy(2, Mode.OPEN));
    assertEquals(Optional.of(new Fence(B)), action);
  }

  @Test
  void onTheWayBackAServerThatMayBeOpenAndIsGoneMakesItAFailoverThatNamesIt() {
    opening();
    probe(B, silent());
    step(new Failed(new Open(B), "the answer is lost"));
    assertCommits(Phase.SWITCHING, "", A, 7);
    probe(B, silent());
    done();
    assertCommits(Phase.FAILING_OVER, "", A, 8);
    assertTrue(committed().reason().contains("perhaps open: db-02"), committed()::reason);
    done();
    assertEquals(Outcome.OVERTAKEN, state.switchover().orElseThrow().outcome());
  }

  @Test
  void aNewDirectorDoesNotTrustThatTheCandidateIsClosed() {
    begin(SERVING_A.preparing(Phase.SWITCHING, B, "planned"));
    probe(A, healthy(1, Mode.CLOSED));
    probe(B, silent());
    assertCommits(Phase.SWITCHING, "", A, 7);
    assertNext(new Settle());
    done();
    assertEquals(Optional.empty(), action);
    probe(B, silent());
    assertCommits(Phase.FAILING_OVER, "", A, 8);
    assertTrue(committed().reason().contains("perhaps open: db-02"), committed()::reason);
  }

  @Test
  void onTheWayBackAServerThatWasSeenClosedMayBeGone() {
    switching();
    probe(B, refused());
    done();
    assertCommits(Phase.SWITCHING, "", A, 7);
    assertNext(new Settle());
    assertNext(new CatchUp(A, List.of(), false, true));
    assertNext(new Open(A));
    done();
    assertCommits(Phase.SERVING, A, "", 7);
  }

  // ---- what may never come

  @Test
  void aWriterThatDeclinesAfterItsFenceDoesNotHinder() {
    switching();
    assertNext(new Fence(A));
    probe(A, healthy(1, Mode.CLOSED));
    done();
    probe(A, declined());
    step(new Done(B_CATCHES_UP));
    assertEquals(Optional.of(new Open(B)), action);
  }

  @Test
  void aWriterThatDeclinesBeforeItsFenceIsWaitedForOnlyForAWhile() {
    switching();
    probe(A, declined());
    done();
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("answers and declines"), state::trouble);
    nowNanos += PLANNED_NANOS;
    probe(A, declined());
    assertEquals(Optional.empty(), action, "not yet");
    nowNanos += 1;
    probe(A, declined());
    assertCommits(Phase.FAILING_OVER, "", B, 7);
    assertTrue(committed().reason().contains("access denied"), committed()::reason);
    done();
    assertEquals(Outcome.OVERTAKEN, state.switchover().orElseThrow().outcome());
    assertNext(new Settle());
    done();
    assertEquals(Optional.empty(), action, "it is still not closed");
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.of(new Fence(A)), action);
  }

  @Test
  void anOrderThatCannotBeginInTimeIsAnswered() {
    serving();
    state = state.doing(Optional.of(new Settle()), "");
    asked();
    nowNanos += PLANNED_NANOS + 1;
    probe(A, healthy(1, Mode.OPEN));
    Switchover ended = state.switchover().orElseThrow();
    assertEquals(Outcome.ROLLED_BACK, ended.outcome());
    assertTrue(ended.reason().contains("did not begin within 1000 ms"), ended::reason);
  }

  @Test
  void anOrderIsNotDroppedWhileTheFirstStepIsBeingCommitted() {
    serving();
    asked();
    probe(B, refused());
    assertTrue(state.switchover().orElseThrow().isUnderWay());
    done();
    assertCommits(Phase.SERVING, A, "", 5);
    assertTrue(committed().reason().contains("connection refused"), committed()::reason);
  }

  @Test
  void anotherOrderDoesNotDrainForThePresentOne() {
    serving();
    asked();
    state =
        state
            .withSwitchover(Optional.of(Switchover.asked(A, "db-03", nowNanos)))
            .withAssignment(committed());
    step(new Done(action.orElseThrow()));
    assertCommits(Phase.SERVING, A, "", 5);
  }

  // ---- what the way back needs

  @Test
  void theWriterReplicatesBeforeAnybodyIsHeld() {
    begin(SERVING_A);
    probe(B, healthy(2, Mode.CLOSED));
    probe(A, new Healthy(Facts.of(1, 1, Mode.OPEN, Facts.STOPPED), Map.of()));
    asked();
    assertEquals(Optional.of(new Follow(A)), action);
    done();
    assertEquals(Optional.empty(), action, "it was started, whether it runs is not known");
    probe(A, healthy(1, Mode.OPEN));
    assertCommits(Phase.DRAINING, A, B, 5);
  }

  @Test
  void aWriterThatReplicatesFromNobodyIsRefused() {
    serving();
    probe(A, new Healthy(Facts.of(1, 1, Mode.OPEN, Replication.NONE), Map.of()));
    assertRefused(B, "db-01 replicates from nobody");
  }

  // ---- refusals

  @Test
  void nothingIsRefusedWithoutAReason() {
    assertRefused(B, "the masters [db-01, db-02] are not probed yet");
    serving();
    assertRefused(A, "it is the writer");
    assertRefused("db-09", "there is no such master");
    probe(B, refused());
    assertRefused(B, "db-02 does not answer: connection refused");
    probe(B, new Healthy(Facts.of(2, 2, Mode.CLOSED, Facts.STOPPED), Map.of()));
    assertRefused(B, "db-02 does not replicate");
    probe(B, new Healthy(Facts.of(2, 2, Mode.CLOSED, lag(OptionalLong.of(3))), Map.of()));
    assertRefused(B, "db-02 is 3 s behind, at most 2 are allowed");
    probe(B, new Healthy(Facts.of(2, 2, Mode.CLOSED, lag(OptionalLong.empty())), Map.of()));
    assertRefused(B, "nobody knows how many");
    probe(B, new Healthy(Facts.of(2, 1, Mode.CLOSED, Facts.RUNNING), Map.of()));
    assertRefused(B, "same ids");
    probe(B, healthy(2, Mode.CLOSED));
    serving();
    assertEquals("", machine.refusal(state, B));
    asked();
    assertRefused(B, "a switchover to db-02 is under way");
    done();
    assertRefused(B, "a switchover is under way: planned switchover from db-01 to db-02");
    begin(SERVING_A.preparing(Phase.FAILING_OVER, B, "db-01 is gone"));
    assertRefused(B, "there is no writer: db-01 is gone");
  }

  @Test
  void strandedTransactionsAreReviewedFirst() {
    serving();
    probe(A, new Healthy(Facts.of(1, 1, Mode.OPEN, Facts.RUNNING), Map.of(B, 3L)));
    assertRefused(B, "db-02 holds 3 transactions that db-01 lacks");
  }

  @Test
  void whatIsRefusedChangesNothing() {
    serving();
    DirectorState before = state;
    step(new SwitchAsked(A));
    assertEquals(before, state);
    assertEquals(Optional.empty(), action);
  }

  @Test
  void whatBecomesImpossibleBeforeAnybodyIsHeldIsGivenUp() {
    begin(SERVING_A);
    probe(A, healthy(1, Mode.OPEN));
    probe(B, new Healthy(Facts.of(2, 2, Mode.CLOSED, Facts.RUNNING), Map.of(A, 1L)));
    probe(A, new Healthy(Facts.of(1, 1, Mode.OPEN, Facts.RUNNING), Map.of(B, 0L)));
    state = state.doing(Optional.of(new Settle()), ""); // something else is under way
    step(new SwitchAsked(B));
    assertEquals(Optional.empty(), action);
    probe(B, refused());
    assertEquals(Outcome.ROLLED_BACK, state.switchover().orElseThrow().outcome());
    step(new Done(new Settle()));
    assertEquals(Optional.empty(), action);
  }

  // ---- tools

  private static Replication lag(OptionalLong seconds) {
    return new Replication(true, Fetching.RECEIVING, true, seconds, "");
  }

  private void assertRefused(String to, String why) {
    String refusal = machine.refusal(state, to);
    assertTrue(refusal.contains(why), refusal);
  }

  private void begin(Assignment assignment) {
    state = DirectorState.initial(List.of(A, B), assignment);
    action = Optional.empty();
  }

  private void serving() {
    begin(SERVING_A);
    probe(A, healthy(1, Mode.OPEN));
    probe(B, healthy(2, Mode.CLOSED));
    assertEquals(Optional.empty(), action);
  }

  private void asked() {
    step(new SwitchAsked(B));
  }

  private void draining() {
    serving();
    asked();
    assertNext(new Drain());
  }

  /** The writer is withdrawn, and the director waits until everybody knows. */
  private void switching() {
    draining();
    step(new Done(new Drain()));
    assertNext(new Settle());
  }

  /** The next writer is being opened. */
  private void opening() {
    switching();
    assertNext(new Fence(A));
    assertNext(B_CATCHES_UP);
    assertNext(new Open(B));
  }

  private void step(Input input) {
    Step step = machine.step(state, input, nowNanos);
    state = step.next();
    action = step.action();
  }

  private void probe(String master, Observation observation) {
    step(new Probed(master, observation));
  }

  /** What runs is done, also if something came in between. */
  private void done() {
    step(new Done(action.or(state::running).orElseThrow()));
  }

  private void assertNext(Action wanted) {
    if (!action.equals(Optional.of(wanted))) {
      done();
    }
    assertEquals(Optional.of(wanted), action);
  }

  private Assignment committed() {
    return ((Commit) action.orElseThrow()).assignment();
  }

  private void assertCommits(Phase phase, String writer, String candidate, long generation) {
    Assignment found = committed();
    assertEquals(
        List.of(phase, writer, candidate, generation),
        List.of(found.phase(), found.writer(), found.candidate(), found.generation()));
  }
}

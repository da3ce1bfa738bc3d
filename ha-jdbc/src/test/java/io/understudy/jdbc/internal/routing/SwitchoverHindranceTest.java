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
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Follow;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Failed;
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

/** What stands in the way of a planned change, before it begins and in the middle. */
class SwitchoverHindranceTest extends SwitchoverWalk {
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

  private static Replication lag(OptionalLong seconds) {
    return new Replication(true, Fetching.RECEIVING, true, seconds, "");
  }

  private void assertRefused(String to, String why) {
    String refusal = machine.refusal(state, to);
    assertTrue(refusal.contains(why), refusal);
  }
}

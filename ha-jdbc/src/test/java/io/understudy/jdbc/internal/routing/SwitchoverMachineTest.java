package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Facts.healthy;
import static io.understudy.jdbc.internal.routing.Facts.refused;
import static io.understudy.jdbc.internal.routing.Facts.silent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.internal.routing.Action.Drain;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Failed;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The way of a planned change, and the way back. */
class SwitchoverMachineTest extends SwitchoverWalk {
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
}

package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Facts.declined;
import static io.understudy.jdbc.internal.routing.Facts.healthy;
import static io.understudy.jdbc.internal.routing.Facts.refused;
import static io.understudy.jdbc.internal.routing.Facts.silent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Follow;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Input.Failed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DirectorMachineTest extends MachineWalk {
  private static final long RETRY_NANOS = 100;

  private boolean openUnapplied;

  @Test
  void firstWriterIsTheFirstMasterAndTheOtherIsFencedBefore() {
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.empty(), action, "it waits for the other master");
    probe(B, healthy(2, Mode.OPEN));
    assertCommits(Phase.CHECKING, "", A, 1);
    assertNext(new Settle());
    assertNext(new Fence(B));
    assertNext(new CatchUp(A, List.of("position-2"), false));
    assertNext(new Open(A));
    done();
    assertCommits(Phase.SERVING, A, "", 1);
    assertEquals(KNOWN, committed().masters());
    done();
    assertEquals(Optional.empty(), action);
  }

  @Test
  void firstWriterIsTheOneThatIsOpenAlready() {
    probe(A, healthy(1, Mode.CLOSED));
    probe(B, healthy(2, Mode.OPEN));
    assertCommits(Phase.CHECKING, "", B, 1);
  }

  @Test
  void nobodyWritesBeforeEveryMasterWasReachedOnce() {
    probe(A, healthy(1, Mode.OPEN));
    probe(B, refused());
    assertCommits(Phase.CHECKING, "", "", 1);
    assertTrue(committed().reason().startsWith("db-02 was never reached"), committed()::reason);
    done();
    probe(B, refused());
    assertEquals(Optional.empty(), action, "said once");
    probe(B, healthy(2, Mode.CLOSED));
    assertCommits(Phase.CHECKING, "", A, 2);
  }

  @Test
  void mastersThatCouldIssueTheSameIdAreRefusedUntilMended() {
    probe(A, healthy(1, Mode.CLOSED));
    probe(B, new Healthy(Facts.of(2, 1, Mode.CLOSED, Facts.RUNNING), Map.of()));
    assertCommits(Phase.REFUSED, "", "", 1);
    assertTrue(committed().reason().contains("same ids"), committed()::reason);
    done();
    probe(A, healthy(1, Mode.CLOSED));
    assertEquals(Optional.empty(), action);
    probe(B, healthy(2, Mode.CLOSED));
    assertCommits(Phase.CHECKING, "", A, 2);
  }

  @Test
  void deadWriterIsReplacedStepByStep() {
    serving();
    probe(A, refused());
    assertCommits(Phase.FAILING_OVER, "", B, 6);
    assertTrue(committed().reason().contains("connection refused"), committed()::reason);
    assertEquals(A, committed().previous());
    assertNext(new Settle());
    assertNext(new CatchUp(B, List.of(), true));
    assertNext(new Open(B));
    done();
    assertCommits(Phase.SERVING, B, "", 6);
  }

  @Test
  void silentWriterIsGoneAfterTheSecondFailureInARow() {
    serving();
    probe(A, silent());
    assertEquals(Optional.empty(), action);
    probe(A, healthy(1, Mode.OPEN));
    probe(A, silent());
    assertEquals(Optional.empty(), action);
    probe(A, silent());
    assertCommits(Phase.FAILING_OVER, "", B, 6);
  }

  @Test
  void writerThatDeclinesTheManagerIsNotGone() {
    serving();
    for (int i = 0; i < 10; i++) {
      probe(A, declined());
      assertEquals(Optional.empty(), action);
    }
    assertTrue(state.trouble().contains("access denied"), state::trouble);
  }

  @Test
  void deadWriterStaysWriterWhileNobodyCanReplaceIt() {
    serving();
    probe(B, refused());
    probe(A, refused());
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("it stays the writer"), state::trouble);
    probe(A, healthy(1, Mode.CLOSED));
    assertNext(new Settle());
    assertNext(new Open(A));
    done();
    assertEquals(5, state.assignment().generation(), "it only restarted");
  }

  @Test
  void masterWithStrandedTransactionsIsNoCandidate() {
    serving();
    Findings listed = new Findings(Map.of(B, "2-2-[5..7]"), "", "");
    probe(A, new Healthy(Facts.of(1, 1, Mode.OPEN, Facts.RUNNING), Map.of(B, 3L), listed));
    assertEquals(3, committed().masters().get(1).stranded());
    assertEquals("2-2-[5..7]", committed().masters().get(1).strandedGtids());
    done();
    probe(A, refused());
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("db-02 holds 3 transactions"), state::trouble);
  }

  @Test
  void laterDirectorRemembersStrandedTransactions() {
    List<MasterRecord> records =
        List.of(KNOWN.get(0), new MasterRecord(B, new IdSeries(2, 2, 2), 3));
    begin(SERVING_A.knowing(records));
    probe(B, healthy(2, Mode.CLOSED));
    probe(A, refused());
    assertEquals(Optional.empty(), action);
  }

  @Test
  void offsetsOfADeadMasterAreRemembered() {
    begin(SERVING_A);
    probe(A, refused());
    probe(B, new Healthy(Facts.of(2, 1, Mode.CLOSED, Facts.RUNNING), Map.of()));
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("same ids"), state::trouble);
  }

  @Test
  void returningMasterIsFencedThenFollowsOnce() {
    serving();
    probe(B, refused());
    probe(B, new Healthy(Facts.of(2, 2, Mode.OPEN, Facts.STOPPED), Map.of(A, 4L)));
    assertNext(new Fence(B));
    assertNext(new Follow(B));
    done();
    probe(B, new Healthy(Facts.of(2, 2, Mode.CLOSED, Facts.STOPPED), Map.of(A, 4L)));
    assertEquals(Optional.empty(), action);
  }

  @Test
  void masterThatWasNotComparedWithTheWriterDoesNotFollowYet() {
    serving();
    probe(B, new Healthy(Facts.of(2, 2, Mode.CLOSED, Facts.STOPPED), Map.of()));
    assertEquals(Optional.empty(), action);
    probe(B, new Healthy(Facts.of(2, 2, Mode.CLOSED, Facts.STOPPED), Map.of(A, 4L)));
    assertEquals(Optional.of(new Follow(B)), action);
  }

  @Test
  void masterThatLostOwnTransactionsNeitherFollowsNorWrites() {
    serving();
    Findings old = new Findings(Map.of(), "db-02 lacks 3 transactions that it wrote itself", "");
    probe(B, new Healthy(Facts.of(2, 2, Mode.CLOSED, Facts.STOPPED), Map.of(A, 4L), old));
    assertEquals(Optional.empty(), action);
    probe(A, refused());
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("that it wrote itself"), state::trouble);
  }

  @Test
  void writerThatReturnsWithOlderDataIsReplacedByTheOneThatHasThem() {
    serving();
    probe(B, refused());
    probe(A, refused());
    assertEquals(Optional.empty(), action, "nobody is left");
    String unfit = "db-01 lacks 3 transactions that it wrote itself and that db-02 has";
    Findings old = new Findings(Map.of(B, "1-1-[5..7]"), Map.of(B, 3L), unfit, "");
    probe(A, new Healthy(Facts.of(1, 1, Mode.CLOSED, Facts.STOPPED), Map.of(B, 3L), old));
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().startsWith(unfit + "; it stays the writer"), state::trouble);
    probe(B, healthy(2, Mode.CLOSED));
    assertCommits(Phase.FAILING_OVER, "", B, 6);
    assertEquals(unfit, committed().reason());
    assertNext(new Settle());
  }

  @Test
  void whatTheLastWriterLacksAndDidNotWriteItselfIsStranded() {
    serving();
    Findings old = new Findings(Map.of(), Map.of(B, 3L), "db-01 lacks 3 of its own", "");
    probe(A, new Healthy(Facts.of(1, 1, Mode.CLOSED, Facts.STOPPED), Map.of(B, 5L), old));
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("db-02 holds 2 transactions"), state::trouble);
  }

  @Test
  void openWriterThatTurnsTheApplicationAwayIsTold() {
    serving();
    Findings offline = new Findings(Map.of(), "db-01: it is in offline_mode", "");
    probe(A, new Healthy(Facts.of(1, 1, Mode.OPEN, Facts.RUNNING), Map.of(), offline));
    assertEquals(Optional.empty(), action);
    assertEquals("db-01: it is in offline_mode", state.trouble());
  }

  @Test
  void whoDeclinesAfterItWasAwayMayBeOpen() {
    begin(SERVING_A.preparing(Phase.FAILING_OVER, B, "db-01 is gone"));
    probe(B, healthy(2, Mode.CLOSED));
    probe(A, healthy(1, Mode.CLOSED));
    assertEquals(Optional.of(new Settle()), action);
    probe(A, silent());
    probe(A, declined());
    done();
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("so it may be open"), state::trouble);
    probe(A, refused());
    assertNext(new CatchUp(B, List.of(), true));
    done();
    assertEquals(Optional.of(new Open(B)), action, "the reason says that db-01 is gone");
  }

  @Test
  void whoDeclinesOnceItsSessionBrokeMayBeOpen() {
    begin(SERVING_A.preparing(Phase.FAILING_OVER, B, "db-01 is gone"));
    probe(B, healthy(2, Mode.CLOSED));
    probe(A, healthy(1, Mode.CLOSED));
    probe(A, new Observation.Failed(Observation.Kind.DECLINED, "access denied", true));
    done();
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("so it may be open"), state::trouble);
  }

  @Test
  void writerThatMayHaveBeenOpenedIsNotTakenForClosed() {
    serving();
    probe(A, healthy(1, Mode.CLOSED));
    assertNext(new Settle());
    assertNext(new Open(A));
    step(new Failed(new Open(A), "read timed out"));
    nowNanos += RETRY_NANOS;
    probe(B, healthy(2, Mode.CLOSED));
    assertEquals(Optional.of(new Open(A)), action, "tried again");
    step(new Failed(new Open(A), "read timed out"));
    nowNanos += RETRY_NANOS;
    probe(A, refused());
    assertCommits(Phase.FAILING_OVER, "", B, 6);
    assertNext(new Settle());
    probe(A, declined());
    done();
    assertTrue(state.trouble().contains("so it may be open"), state::trouble);
  }

  @Test
  void aMasterCalledLikeAWordIsToldToo() {
    Assignment told = SERVING_A.leavingOpen(List.of("gone", "open"));
    assertEquals("not closed and perhaps open: gone, open; first writer", told.reason());
    assertEquals(told, told.leavingOpen(List.of("open")));
    assertEquals(SERVING_A.knowing(List.of()), SERVING_A.knowing(List.of()).leavingOpen(List.of()));
    Assignment lost = SERVING_A.preparing(Phase.FAILING_OVER, B, "db-01 is gone: refused");
    assertEquals(lost, lost.leavingOpen(List.of(A)), "told in other words");
    assertEquals(
        "not closed and perhaps open: gone, open, db-02; first writer",
        told.leavingOpen(List.of("db-02")).reason());
  }

  @Test
  void aListTooLongToTellIsToldOnce() {
    List<String> many = IntStream.range(0, 80).mapToObj(i -> "master-" + i).toList();
    Assignment told = SERVING_A.leavingOpen(many);
    assertEquals(told, told.leavingOpen(many));
  }

  @Test
  void newDirectorGoesOnWhereTheAssignmentStands() {
    begin(SERVING_A.preparing(Phase.FAILING_OVER, B, "db-01 is gone"));
    probe(A, refused());
    probe(B, healthy(2, Mode.OPEN));
    assertEquals(Optional.of(new Settle()), action, "it settles for itself");
    assertNext(new CatchUp(B, List.of(), true));
    assertNext(new Open(B));
    done();
    assertCommits(Phase.SERVING, B, "", 6);
  }

  @Test
  void oldWriterThatReturnsMeanwhileGivesAllItHas() {
    begin(SERVING_A.preparing(Phase.FAILING_OVER, B, "db-01 is gone"));
    probe(A, healthy(1, Mode.OPEN));
    probe(B, healthy(2, Mode.CLOSED));
    assertEquals(Optional.of(new Settle()), action);
    assertNext(new Fence(A));
    assertNext(new CatchUp(B, List.of("position-1"), false));
  }

  @Test
  void candidateThatDiesIsReplacedInANewGeneration() {
    begin(SERVING_A.preparing(Phase.FAILING_OVER, B, "db-01 is gone"));
    probe(A, healthy(1, Mode.OPEN));
    probe(B, refused());
    assertCommits(Phase.FAILING_OVER, "", A, 7);
  }

  @Test
  void failedActionIsTriedAgainAfterAPause() {
    begin(SERVING_A);
    probe(A, healthy(1, Mode.OPEN));
    probe(B, healthy(2, Mode.OPEN));
    assertEquals(Optional.of(new Fence(B)), action);
    step(new Failed(new Fence(B), "lock wait timeout"));
    assertEquals(Optional.empty(), action);
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.empty(), action, "too early");
    nowNanos += RETRY_NANOS;
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.of(new Fence(B)), action);
    assertEquals("lock wait timeout", state.trouble());
  }

  @Test
  void unappliedTransactionsHoldTheCandidateBackUnlessToldOtherwise() {
    unapplied();
    assertEquals(Optional.of(new CatchUp(B, List.of(), true)), action);
    openUnapplied = true;
    unapplied();
    assertEquals(Optional.of(new Open(B)), action);
  }

  private void unapplied() {
    begin(SERVING_A.preparing(Phase.FAILING_OVER, B, "db-01 is gone"));
    probe(A, refused());
    probe(B, healthy(2, Mode.CLOSED));
    assertNext(new CatchUp(B, List.of(), true));
    step(new Failed(new CatchUp(B, List.of(), true), "7 are not applied"));
    nowNanos += RETRY_NANOS;
    probe(B, healthy(2, Mode.CLOSED));
  }

  @Override
  DirectorMachine machine() {
    Rules rules = new Rules(List.of(A, B), 2, RETRY_NANOS, openUnapplied, 2, 1_000, 1_000);
    return new DirectorMachine(rules);
  }
}

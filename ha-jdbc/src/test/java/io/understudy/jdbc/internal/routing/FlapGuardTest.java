package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Facts.healthy;
import static io.understudy.jdbc.internal.routing.Facts.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Input.SwitchAsked;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Writers that are lost one after another. */
class FlapGuardTest {
  private static final String A = "db-01";
  private static final String B = "db-02";
  private static final long MINIMUM_NANOS = 1_000;
  private static final long LONGEST_NANOS = 32 * MINIMUM_NANOS;

  private DirectorState state = DirectorState.initial(List.of(A, B), serving(0));
  private Optional<Action> action = Optional.empty();
  private long minimumNanos = MINIMUM_NANOS;
  private long nowNanos = Long.MAX_VALUE - 50; // overflows soon

  private static Assignment serving(int unplanned) {
    List<MasterRecord> known =
        List.of(
            new MasterRecord(A, new IdSeries(1, 2, 1), 0),
            new MasterRecord(B, new IdSeries(2, 2, 2), 0));
    return new Assignment(5, Phase.SERVING, A, "", B, 0, "made the writer", known, unplanned);
  }

  @Test
  void theFirstFailoverIsNeverDelayed() {
    begin(0, 0);
    probe(A, refused());
    assertReplaced(1);
  }

  @ParameterizedTest
  @CsvSource({"1, 1000", "2, 2000", "3, 4000", "6, 32000", "7, 32000", "60, 32000"})
  void afterEachUnplannedChangeTheNextOneWaitsTwiceAsLong(int row, long waitsNanos) {
    begin(row, 0);
    nowNanos += waitsNanos - 1;
    probe(A, refused());
    assertHeld(1);
    nowNanos += 1;
    probe(A, refused());
    assertReplaced(Math.min(row + 1, 6));
  }

  @Test
  void noWriterThatIsDeadStaysForMoreThanFiveMinutes() {
    minimumNanos = Duration.ofSeconds(10).toNanos();
    begin(6, 0);
    nowNanos += Duration.ofMinutes(5).toNanos() - 1;
    probe(A, refused());
    assertHeld(1);
  }

  @Test
  void aStandbyThatIsOpenIsClosedWhileAFailoverIsPutOff() {
    begin(1, 0);
    probe(A, refused());
    assertHeld(MINIMUM_NANOS);
    OptionalLong until = state.progress().stay().heldUntilNanos();
    probe(B, healthy(2, Mode.OPEN));
    assertEquals(Optional.of(new Action.Fence(B)), action);
    assertEquals(until, state.progress().stay().heldUntilNanos());
  }

  @Test
  void aWriterThatServedLongIsReplacedAtOnceAsOneOfTheRow() {
    begin(2, 0);
    nowNanos += LONGEST_NANOS;
    probe(A, refused());
    assertReplaced(3);
  }

  @Test
  void aWriterThatServedTwiceTheLongestTimeEndsTheRow() {
    begin(6, 0);
    nowNanos += 2 * LONGEST_NANOS;
    probe(A, refused());
    assertReplaced(1);
  }

  @Test
  void aNewDirectorGoesByTheAgeThatItIsTold() {
    begin(1, MINIMUM_NANOS - 10);
    probe(A, refused());
    assertHeld(10);
  }

  @Test
  void aClockThatIsWrongCostsOneFullTimeAtMost() {
    begin(1, -1_000_000);
    probe(A, refused());
    assertHeld(MINIMUM_NANOS);
  }

  @Test
  void zeroMeansNever() {
    minimumNanos = 0;
    begin(6, 0);
    probe(A, refused());
    assertReplaced(1);
  }

  @Test
  void aWriterThatIsBackIsNotReplacedWhenTheTimeIsOver() {
    begin(1, 0);
    probe(A, refused());
    assertHeld(MINIMUM_NANOS);
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(OptionalLong.empty(), state.progress().stay().heldUntilNanos());
    nowNanos += MINIMUM_NANOS;
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.empty(), action);
  }

  @Test
  void anOrderDoesNotWait() {
    begin(1, 0);
    probe(A, refused());
    assertTrue(machine().refusal(state, "db-03").contains("no such master"));
    assertEquals("", machine().refusal(state, B));
    step(new SwitchAsked(B));
    assertReplaced(2);
    while (state.running().isPresent()) {
      step(new Done(state.running().get()));
    }
    assertEquals(B, state.assignment().writer());
    assertEquals(Outcome.SWITCHED, state.switchover().orElseThrow().outcome());
  }

  /** What was asked for is then a planned change like any other. */
  @Test
  void anOrderForAWriterThatIsBackMeanwhileIsAPlannedChange() {
    begin(1, 0);
    probe(A, refused());
    step(new Probed(A, healthy(1, Mode.OPEN)));
    step(new SwitchAsked(B));
    assertEquals(Phase.DRAINING, committed().phase());
  }

  @Test
  void aPlannedChangeEndsTheRowAndOneThatGoesBackDoesNot() {
    Assignment switching =
        serving(4).draining(B, "planned").preparing(Phase.SWITCHING, B, "planned");
    assertEquals(0, switching.serving("done").unplanned());
    assertEquals(4, switching.preparing(Phase.SWITCHING, A, "back").serving("back").unplanned());
    assertEquals(4, serving(4).draining(B, "planned").resuming("not now").unplanned());
    assertEquals(
        4, serving(4).preparing(Phase.FAILING_OVER, B, "lost").serving("done").unplanned());
  }

  private void begin(int row, long ageNanos) {
    state = DirectorState.initial(List.of(A, B), serving(row)).aged(ageNanos);
    probe(B, healthy(2, Mode.CLOSED));
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.empty(), action);
  }

  private void assertHeld(long leftNanos) {
    assertEquals(Optional.empty(), action);
    assertEquals(OptionalLong.of(nowNanos + leftNanos), state.progress().stay().heldUntilNanos());
    assertTrue(state.trouble().startsWith("db-01 is gone: "), state::trouble);
    assertTrue(state.trouble().contains("it stays the writer until 1970-01-01T"), state::trouble);
    assertTrue(state.trouble().endsWith("switchTo does not wait"), state::trouble);
  }

  private void assertReplaced(int row) {
    assertEquals(
        List.of(Phase.FAILING_OVER, B, row),
        List.of(committed().phase(), committed().candidate(), committed().unplanned()));
  }

  private Assignment committed() {
    return ((Commit) action.orElseThrow()).assignment();
  }

  private DirectorMachine machine() {
    return new DirectorMachine(
        new Rules(List.of(A, B), 2, 100, false, 2, 1_000, 1_000, minimumNanos));
  }

  private void probe(String master, Observation observation) {
    step(new Probed(master, observation));
  }

  private void step(Input input) {
    Step step = machine().step(state, input, nowNanos);
    state = step.next();
    action = step.action();
  }
}

package io.understudy.ha.internal.exclusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.spi.FenceHook.Scope;
import io.understudy.ha.spi.FenceResult;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The transitions, and what is enough for what. */
class ExclusionMachineTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final Life SELF = new Life(MemberId.of("n1"), 1);
  private static final Life OTHER = new Life(MemberId.of("n2"), 2);
  private static final TimeValues TIMES = new TimeValues(2 * SECOND, SECOND / 5, 0.09);

  private final ExclusionMachine machine = new ExclusionMachine();
  private ExclusionState state = idle(false, null);
  private List<ExclusionOutput> outputs = List.of();
  private long wakeAt = ExclusionStep.NEVER;
  private long now = Long.MAX_VALUE - SECOND / 3; // nanoTime may overflow

  private static ExclusionState idle(boolean fenceRequired, @Nullable Scope hook) {
    return ExclusionState.idle(new ExclusionSettings(TIMES, fenceRequired, hook));
  }

  private void take(ExclusionInput input) {
    ExclusionStep step = machine.step(state, input, now);
    state = step.next();
    outputs = step.outputs();
    wakeAt = step.wakeAtNanos();
  }

  private void win(@Nullable Work work) {
    take(new ExclusionInput.Won(SELF, 7, work, Proofs.NONE));
  }

  private static Work work(Life life, boolean outlives, boolean guarded) {
    return new Work(life, 5, new Terms(4 * SECOND, outlives, guarded));
  }

  private void tickAt(long atNanos) {
    now = atNanos;
    take(new ExclusionInput.Tick());
  }

  private void assertIn(Class<? extends Phase> phase) {
    assertInstanceOf(phase, state.phase());
  }

  private void assertAsked(ExclusionOutput... wanted) {
    assertEquals(List.of(wanted), outputs);
  }

  private boolean asksForAFence() {
    return outputs.stream().anyMatch(ExclusionOutput.Fence.class::isInstance);
  }

  // ---- transitions

  @Test
  void beginsOnceItsNameIsCommittedIfNobodyIsAtWork() {
    win(null);
    assertAsked(new ExclusionOutput.Mark());
    assertIn(Phase.Marking.class);

    take(new ExclusionInput.Committed());
    assertAsked(new ExclusionOutput.Begin());
    assertIn(Phase.Open.class);
  }

  /** Its own group stops what an earlier leadership left, before it starts. */
  @Test
  void waitsForNoLifeOfItsOwnMember() {
    win(work(new Life(SELF.member(), 99), true, false));
    assertAsked(new ExclusionOutput.Mark());
  }

  @Test
  void takesItsNameOutWhenItHasStoppedInOrder() {
    win(null);
    take(new ExclusionInput.Committed());
    take(new ExclusionInput.Stopped());
    assertAsked(new ExclusionOutput.Clear());

    take(new ExclusionInput.Committed());
    assertAsked(new ExclusionOutput.Cleared());
    assertIn(Phase.Rested.class);
  }

  /** Who hands over must not wait for ever for a quorum that is gone. */
  @Test
  void movesOnWhenItsNameDoesNotComeOut() {
    win(null);
    take(new ExclusionInput.Committed());
    take(new ExclusionInput.Stopped());
    assertEquals(now + SECOND / 2, wakeAt);

    tickAt(wakeAt);
    assertAsked(new ExclusionOutput.Cleared());
  }

  @Test
  void goesOnOnlyUnderItsName() {
    win(null);
    take(new ExclusionInput.Committed());
    take(new ExclusionInput.Stopped());
    take(new ExclusionInput.GoOn());
    assertAsked(new ExclusionOutput.Cleared(), new ExclusionOutput.Mark());

    take(new ExclusionInput.Committed());
    assertAsked(new ExclusionOutput.Begin());
  }

  @Test
  void whoWasNotAtWorkHasNothingToTakeOut() {
    win(work(OTHER, false, false));
    take(new ExclusionInput.Stopped());
    assertAsked(new ExclusionOutput.Cleared());
    assertIn(Phase.Waiting.class);
  }

  @Test
  void givesUpWaitingWithTheLeadership() {
    win(work(OTHER, false, false));
    take(new ExclusionInput.Lost());
    assertAsked(new ExclusionOutput.Waiting(""));
    assertEquals(ExclusionStep.NEVER, wakeAt);

    take(new ExclusionInput.Committed());
    assertIn(Phase.Idle.class);
  }

  // ---- what is enough

  @Test
  void beginsAfterTheOthersTimeToStopOnAnyClock() {
    win(work(OTHER, false, false));
    assertIn(Phase.Waiting.class);
    long patience = (long) (4 * SECOND * (1.09 / 0.91)) + 500 * MILLI;
    assertTrue(Math.abs(wakeAt - now - patience) < MILLI, (wakeAt - now) + " ns");

    tickAt(wakeAt - 1);
    assertIn(Phase.Waiting.class);
    tickAt(wakeAt);
    assertAsked(new ExclusionOutput.Waiting(""), new ExclusionOutput.Mark());
  }

  /** After the process has ended the guardian stops what is left, and has as long for it. */
  @Test
  void aGuardianNeedsItsTimeToo() {
    win(work(OTHER, true, true));
    long patience = (long) (2 * 4 * SECOND * (1.09 / 0.91)) + 3 * SECOND;
    assertTrue(Math.abs(wakeAt - now - patience) < MILLI, (wakeAt - now) + " ns");

    tickAt(wakeAt - 1);
    assertIn(Phase.Waiting.class);
    tickAt(wakeAt);
    assertIn(Phase.Marking.class);
  }

  @ParameterizedTest
  @CsvSource({
    // fence required, outlives, guarded: enough at once?
    "TOLD,             false, false, false, true",
    "TOLD,             true,  true,  false, true",
    "OPERATOR,         true,  true,  false, true",
    "RESOURCE_FENCED,  true,  true,  false, true",
    "RESOURCE_FENCED,  false, true,  false, true",
    "MACHINE_FENCED,   true,  false, false, true",
    "MACHINE_FENCED,   true,  true,  false, true",
    "MACHINE_FENCED,   true,  true,  true,  true",
    "MACHINE_FENCED,   false, true,  false, true",
    "PROCESS_FENCED,   true,  false, false, true",
    "PROCESS_FENCED,   true,  true,  false, false",
    "PROCESS_FENCED,   true,  true,  true,  false",
    "PROCESS_FENCED,   false, false, false, true",
    "DIED,             false, false, false, true",
    "DIED,             false, true,  false, false",
    "DIED,             false, true,  true,  false",
    "DIED,             true,  false, false, false",
    "FENCE_UNKNOWN,    false, false, false, false",
    "TOLD_EARLIER,     false, false, false, false",
    "TOLD_BY_ANOTHER,  false, false, false, false",
    "DIED_ANOTHER,     false, false, false, false",
  })
  void knowsWhatIsEnough(
      String fact, boolean fenceRequired, boolean outlives, boolean guarded, boolean enough) {
    state = idle(fenceRequired, Scope.PROCESS);
    win(work(OTHER, outlives, guarded));
    take(input(fact));
    assertEquals(enough, state.phase() instanceof Phase.Marking, state.toString());
  }

  private ExclusionInput input(String fact) {
    return switch (fact) {
      case "TOLD" -> new ExclusionInput.Told(OTHER.member(), 5);
      case "TOLD_EARLIER" -> new ExclusionInput.Told(OTHER.member(), 4);
      case "TOLD_BY_ANOTHER" -> new ExclusionInput.Told(MemberId.of("n3"), 6);
      case "OPERATOR" -> new ExclusionInput.Confirmed(OTHER);
      case "DIED" -> new ExclusionInput.Died(OTHER);
      case "DIED_ANOTHER" -> new ExclusionInput.Died(new Life(OTHER.member(), 3));
      case "MACHINE_FENCED" -> answer(now, Scope.MACHINE, FenceResult.confirmed("off"));
      case "PROCESS_FENCED" -> answer(now, Scope.PROCESS, FenceResult.confirmed("off"));
      case "RESOURCE_FENCED" -> answer(now, Scope.RESOURCE, FenceResult.confirmed("cut off"));
      default -> answer(now, Scope.RESOURCE, FenceResult.unknown("no answer"));
    };
  }

  private static ExclusionInput answer(long startedNanos, Scope scope, FenceResult result) {
    return new ExclusionInput.FenceAnswered(OTHER, startedNanos, scope, result);
  }

  /** It may have been cut off for an earlier leadership, and let in again. */
  @Test
  void aResourceFenceOfAnEarlierTimeDoesNotCount() {
    win(work(OTHER, true, false));
    take(answer(now - 1, Scope.RESOURCE, FenceResult.confirmed("cut off")));
    assertIn(Phase.Waiting.class);
  }

  /** That life and what it left have ended; of a later one of that member nothing is said. */
  @ParameterizedTest
  @CsvSource({"2, true", "3, false"})
  void aMachineFenceOfAnEarlierTimeCountsForTheLifeThatItNames(long incarnation, boolean enough) {
    win(work(OTHER, true, false));
    Life named = new Life(OTHER.member(), incarnation);
    FenceResult off = FenceResult.confirmed("off");
    take(new ExclusionInput.FenceAnswered(named, now - 1, Scope.MACHINE, off));
    assertEquals(enough, state.phase() instanceof Phase.Marking, state.toString());
  }

  @Test
  void whatIsKnownBeforehandCounts() {
    Proofs told = new Proofs(5, ExclusionStep.NEVER, false, false, false);
    take(new ExclusionInput.Won(SELF, 7, work(OTHER, true, false), told));
    assertAsked(new ExclusionOutput.Mark());
  }

  // ---- fencing

  @Test
  void shootsNobodyWhereTimeWillDo() {
    state = idle(false, Scope.PROCESS);
    win(work(OTHER, false, false));
    assertFalse(asksForAFence());
  }

  @Test
  void asksForTheFenceAtOnceAndAgainWithPauses() {
    state = idle(true, Scope.PROCESS);
    win(work(OTHER, false, false));
    assertTrue(asksForAFence());

    long pause = 0;
    for (int i = 0; i < 3; i++) {
      take(answer(now, Scope.PROCESS, FenceResult.failed("exit 1")));
      assertFalse(asksForAFence());
      assertTrue(wakeAt - now > pause, "pauses grow");
      pause = wakeAt - now;
      tickAt(wakeAt);
      assertTrue(asksForAFence());
    }
    take(answer(now, Scope.PROCESS, FenceResult.confirmed("off")));
    assertIn(Phase.Marking.class);
  }

  @Test
  void asksForNoFenceThatWouldNotHelp() {
    state = idle(true, Scope.PROCESS);
    win(work(OTHER, true, false));
    assertFalse(asksForAFence());
    assertTrue(reason().contains("the fence hook ends processes"), this::reason);
  }

  @ParameterizedTest
  @CsvSource({"MACHINE, true", "RESOURCE, true", "PROCESS, false"})
  void asksForAFenceThatCoversWhatOutlivesAProcess(Scope hook, boolean asked) {
    state = idle(false, hook);
    win(work(OTHER, true, false));
    assertEquals(asked, asksForAFence());
  }

  // ---- people

  @Test
  void saysWhatItWaitsForAndRemindsEveryMinute() {
    state = idle(true, null);
    win(work(OTHER, false, false));
    assertTrue(reason().contains("n2 led in epoch 5"), this::reason);
    assertTrue(reason().contains("confirmFenced"), this::reason);

    tickAt(now + 59 * SECOND);
    assertEquals(List.of(), outputs);
    tickAt(wakeAt);
    assertTrue(reason().contains("n2 led in epoch 5"), this::reason);
  }

  private String reason() {
    return outputs.stream()
        .filter(ExclusionOutput.Waiting.class::isInstance)
        .map(output -> ((ExclusionOutput.Waiting) output).reason())
        .findFirst()
        .orElse("");
  }

  // ---- what members say

  @ParameterizedTest
  @CsvSource({
    // at work for, leads, register: may say
    "-1, 0, 9, 9", // at rest: everything that was led
    "-1, 9, 9, 8", // leads, though nothing is started yet
    " 9, 9, 9, 8", // works
    " 7, 0, 9, 6", // still stops what it led before
    " 0, 0, 9, 0", // still stops what an earlier process left
    "-1, 0, 0, 0",
  })
  void aMemberSaysWhatIsCertain(long atWork, long leads, long register, long through) {
    assertEquals(through, StoppedThrough.of(atWork, leads, register));
  }
}

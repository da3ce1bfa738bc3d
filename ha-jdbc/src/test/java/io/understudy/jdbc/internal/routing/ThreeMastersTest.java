package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Facts.refused;
import static io.understudy.jdbc.internal.routing.Facts.silent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a third master changes: it may hold transactions of its own, and may be lost meanwhile. */
class ThreeMastersTest {
  private static final List<String> NAMES = List.of("db-01", "db-02", "db-03");
  private static final Assignment SERVING =
      new Assignment(
          5,
          Phase.SERVING,
          "db-01",
          "",
          "",
          1,
          "first writer",
          List.of(record(1), record(2), record(3)));

  private final DirectorMachine machine =
      new DirectorMachine(new Rules(NAMES, 2, 100, false, 2, 1_000, 1_000));
  private DirectorState state = DirectorState.initial(NAMES, SERVING);
  private Optional<Action> action = Optional.empty();

  private static MasterRecord record(int number) {
    return new MasterRecord(NAMES.get(number - 1), new IdSeries(number, 3, number), 0);
  }

  @BeforeEach
  void everybodyIsWell() {
    begin(SERVING);
  }

  @Test
  void aThirdMasterWithTransactionsToReviewIsRefusedBeforeAnybodyIsHeld() {
    probe(1, healthy(1, Mode.OPEN, Map.of("db-03", 4L)));
    assertEquals(
        "db-03 holds 4 transactions that db-01 lacks: review them first",
        machine.refusal(state, "db-02"));
  }

  @Test
  void theNextWriterWaitsForTheLastOneAlone() {
    begin(SERVING.preparing(Phase.SWITCHING, "db-02", "planned"));
    probe(1, healthy(1, Mode.CLOSED, Map.of("db-03", 4L)));
    assertNext(new Settle());
    assertNext(new CatchUp("db-02", List.of("position-1"), false, true));
  }

  @Test
  void aFailoverDoesNotWaitForWhatIsToBeReviewed() {
    begin(SERVING.preparing(Phase.FAILING_OVER, "db-02", "db-01 is gone"));
    probe(1, healthy(1, Mode.CLOSED, Map.of("db-03", 4L)));
    assertNext(new Settle());
    assertNext(new CatchUp("db-02", List.of("position-1"), false));
  }

  @Test
  void aThirdMasterThatIsGoneIsNamedAndDoesNotHinder() {
    Assignment planned = SERVING.preparing(Phase.SWITCHING, "db-02", "planned");
    state = DirectorState.initial(NAMES, planned);
    probe(1, healthy(1, Mode.OPEN, Map.of()));
    probe(2, healthy(2, Mode.CLOSED, Map.of()));
    probe(3, silent());
    assertNext(new Settle());
    assertNext(new Fence("db-01"));
    probe(1, healthy(1, Mode.CLOSED, Map.of()));
    done();
    assertEquals(Optional.empty(), action, "it may be open, and it may be back at once");
    probe(3, silent());
    assertNext(new CatchUp("db-02", List.of("position-1"), false, true));
    done();
    Assignment told = ((Commit) action.orElseThrow()).assignment();
    assertEquals(planned.generation(), told.generation());
    assertTrue(told.reason().contains("perhaps open: db-03"), told::reason);
    assertNext(new Action.Open("db-02"));
  }

  @Test
  void theOneThatLacksLeastIsChosenWhenTheLastWriterIsGone() {
    probe(2, healthy(2, Mode.CLOSED, Map.of("db-01", 10L, "db-03", 10L)));
    probe(1, refused());
    Assignment next = ((Commit) action.orElseThrow()).assignment();
    assertEquals("db-03", next.candidate());
    assertTrue(
        next.reason().endsWith("db-03 was chosen, because db-02 lacks 10 of those that answer"),
        next::reason);
    assertNext(new Settle());
    assertNext(new CatchUp("db-03", List.of(), true));
    assertNext(new Action.Open("db-03"));
  }

  @Test
  void amongEqualsTheOrderOfMastersDecides() {
    probe(2, healthy(2, Mode.CLOSED, Map.of("db-01", 10L)));
    probe(3, healthy(3, Mode.CLOSED, Map.of("db-01", 5L)));
    probe(1, refused());
    Assignment next = ((Commit) action.orElseThrow()).assignment();
    assertEquals("db-02", next.candidate(), "what the dead one has is lost in either case");
    assertTrue(!next.reason().contains("chosen"), next::reason);
  }

  @Test
  void whoIsFoundToLackSomethingAfterItCaughtUpIsNotOpened() {
    probe(1, refused());
    assertEquals("db-02", ((Commit) action.orElseThrow()).assignment().candidate());
    assertNext(new Settle());
    assertNext(new CatchUp("db-02", List.of(), true));
    probe(2, healthy(2, Mode.CLOSED, Map.of("db-03", 3L)));
    done();
    Assignment next = ((Commit) action.orElseThrow()).assignment();
    assertEquals("db-03", next.candidate());
    assertEquals(7, next.generation());
    assertTrue(next.reason().contains("db-02 lacks 3"), next::reason);
  }

  @Test
  void whatMustBeReviewedFirstIsNoReasonToChooseAnybody() {
    probe(1, healthy(1, Mode.OPEN, Map.of("db-03", 4L)));
    done();
    probe(2, healthy(2, Mode.CLOSED, Map.of("db-03", 4L)));
    probe(1, refused());
    assertEquals("db-02", ((Commit) action.orElseThrow()).assignment().candidate());
  }

  private void begin(Assignment assignment) {
    state = DirectorState.initial(NAMES, assignment);
    probe(1, healthy(1, assignment.isServing() ? Mode.OPEN : Mode.CLOSED, Map.of()));
    probe(2, healthy(2, Mode.CLOSED, Map.of()));
    probe(3, healthy(3, Mode.CLOSED, Map.of()));
  }

  private static Healthy healthy(int number, Mode mode, Map<String, Long> lacking) {
    ServerFacts pair = Facts.of(number, number, mode, Facts.RUNNING);
    return new Healthy(
        new ServerFacts(
            pair.version(),
            new IdSeries(number, 3, number),
            3,
            number,
            pair.source(),
            true,
            mode,
            pair.position(),
            pair.replication()),
        lacking);
  }

  private void probe(int number, Observation observation) {
    step(new Probed(NAMES.get(number - 1), observation));
  }

  private void step(Input input) {
    Step step = machine.step(state, input, 0);
    state = step.next();
    action = step.action();
  }

  private void done() {
    step(new Done(action.or(state::running).orElseThrow()));
  }

  private void assertNext(Action wanted) {
    if (!action.equals(Optional.of(wanted)) && !state.running().equals(Optional.of(wanted))) {
      done();
    }
    assertEquals(Optional.of(wanted), state.running());
  }
}

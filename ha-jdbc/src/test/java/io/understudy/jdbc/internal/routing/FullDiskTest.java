package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Facts.full;
import static io.understudy.jdbc.internal.routing.Facts.healthy;
import static io.understudy.jdbc.internal.routing.Facts.refused;
import static io.understudy.jdbc.internal.routing.Facts.silent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Failed;
import io.understudy.jdbc.internal.routing.Input.Heard;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A master that answers and cannot write, because its disk is full. */
class FullDiskTest {
  private static final String A = "db-01";
  private static final String B = "db-02";
  private static final long RETRY_NANOS = 100;
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
      new DirectorMachine(new Rules(List.of(A, B), 2, RETRY_NANOS, false, 2, 1_000, 1_000));
  private DirectorState state = DirectorState.initial(List.of(A, B), SERVING_A);
  private Optional<Action> action = Optional.empty();
  private long nowNanos = Long.MAX_VALUE - 50; // overflows soon

  @BeforeEach
  void allIsWell() {
    probe(B, healthy(2, Mode.CLOSED));
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.empty(), action);
  }

  /** O can write, F finds it full often enough, f once, R refused, D declined, - says nothing. */
  @ParameterizedTest
  @CsvSource({
    "'', true",
    "-, true",
    "O, false",
    "F, true",
    "f, false",
    "FO, true",
    "OO, false",
    "R, true",
    "RO, true",
    "D, false",
    "FOO, false",
    "FFOO, true",
    "FROO-, true"
  })
  void aStrictMajorityOfThoseWhoLookDecides(String others, boolean replaced) {
    hear(others);
    probe(A, full(1, Mode.OPEN));
    assertEquals(Optional.empty(), action, "found so once");
    probe(A, full(1, Mode.OPEN));
    assertEquals(replaced, action.isPresent(), () -> state.trouble());
    if (replaced) {
      Assignment next = ((Commit) action.orElseThrow()).assignment();
      assertEquals(List.of(Phase.FAILING_OVER, B), List.of(next.phase(), next.candidate()));
      assertTrue(next.reason().startsWith("the disk of db-01 is full: writes wait; "));
    }
  }

  @Test
  void aLookThatFindsRoomBeginsTheCountAnewAndOneWithoutAnswerDoesNot() {
    probe(A, full(1, Mode.OPEN));
    probe(A, healthy(1, Mode.OPEN));
    probe(A, full(1, Mode.OPEN));
    assertEquals(Optional.empty(), action);
    probe(A, silent());
    probe(A, full(1, Mode.OPEN));
    assertTrue(action.isPresent());
  }

  @Test
  void whoeverHasTheSameTroubleIsNoBetterWriter() {
    probe(B, full(2, Mode.CLOSED));
    probe(A, full(1, Mode.OPEN));
    probe(A, full(1, Mode.OPEN));
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("it stays the writer, because"), state::trouble);
    assertTrue(state.trouble().contains("the disk of db-02 is full: make room"), state::trouble);
    probe(B, healthy(2, Mode.CLOSED));
    assertTrue(action.orElseThrow() instanceof Commit);
  }

  @Test
  void aStandbyThatIsOpenIsClosedThoughTheFullWriterHasToStay() {
    probe(B, full(2, Mode.CLOSED));
    probe(A, full(1, Mode.OPEN));
    probe(A, full(1, Mode.OPEN));
    assertEquals(Optional.empty(), action);
    probe(B, full(2, Mode.OPEN));
    assertEquals(Optional.of(new Fence(B)), action);
    assertTrue(state.trouble().contains("it stays the writer, because"), state::trouble);
  }

  @Test
  void nobodyIsMovedToAServerWithoutRoom() {
    probe(B, full(2, Mode.CLOSED));
    assertTrue(machine.refusal(state, B).startsWith("the disk of db-02 is full: "));
  }

  @Test
  void aStandbyWithoutRoomDoesNotReplaceADeadWriter() {
    probe(B, full(2, Mode.CLOSED));
    probe(A, refused());
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("the disk of db-02 is full: make room"), state::trouble);
  }

  /** Nothing is lost then: the other one gets all that the full one has. */
  @Test
  void aFullWriterThatCanBeClosedIsClosedFirst() {
    failOver();
    assertEquals(Optional.of(new Fence(A)), action);
    step(new Probed(A, full(1, Mode.CLOSED)));
    done();
    assertEquals(Optional.of(new CatchUp(B, List.of("position-1"), false)), action);
  }

  @Test
  void oneWhoseCommitsHangIsGivenUpAfterOneTryAndToldOf() {
    openBesideTheStuckOne();
    done();
    assertEquals(Optional.of(new Fence(A)), action, "it is tried again");
    failed();
    nowNanos += RETRY_NANOS;
    probe(B, new Observation.Healthy(Facts.of(2, 2, Mode.OPEN, Facts.STOPPED), Map.of()));
    assertEquals(Optional.of(new Fence(A)), action, "and again");
  }

  @Test
  void whenThereIsRoomAgainItIsClosedBeforeAnythingElse() {
    openBesideTheStuckOne();
    done();
    probe(A, healthy(1, Mode.OPEN));
    failed();
    nowNanos += RETRY_NANOS;
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.of(new Fence(A)), action);
    probe(A, healthy(1, Mode.CLOSED));
    done();
    assertEquals(Optional.empty(), action, "it replicates, and nothing is to be done");
  }

  /** It said so while it was being replaced, so it can be closed, and must be. */
  @Test
  void oneThatHasRoomAgainBeforeTheOtherIsOpenIsWaitedFor() {
    failOver();
    failed();
    probe(A, healthy(1, Mode.OPEN));
    nowNanos += RETRY_NANOS;
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.of(new Fence(A)), action);
  }

  @Test
  void aFullServerThatWasNotReachedIsNoneWhoseCommitsHang() {
    failOver();
    step(new Failed(state.running().orElseThrow(), "the session broke"));
    nowNanos += RETRY_NANOS;
    probe(A, full(1, Mode.OPEN));
    assertEquals(Optional.of(new Fence(A)), action);
  }

  @Test
  void oneThatOthersCanWriteToIsClosedHoweverLongThatTakes() {
    failOver();
    hear("OO"); // they find that it can write
    failed();
    for (int i = 0; i < 5; i++) {
      nowNanos += RETRY_NANOS;
      probe(A, full(1, Mode.OPEN));
      assertEquals(Optional.of(new Fence(A)), action);
      failed();
    }
  }

  private void failOver() {
    probe(A, full(1, Mode.OPEN));
    probe(A, full(1, Mode.OPEN));
    done();
    assertEquals(Optional.of(new Settle()), action);
    done();
    assertEquals(Optional.of(new Fence(A)), action);
  }

  private void openBesideTheStuckOne() {
    failOver();
    failed();
    nowNanos += RETRY_NANOS;
    probe(A, full(1, Mode.OPEN));
    assertEquals(Optional.of(new CatchUp(B, List.of(), true)), action);
    done();
    Assignment told = ((Commit) action.orElseThrow()).assignment();
    assertTrue(told.reason().startsWith("not closed and perhaps open: db-01; "), told::reason);
    done();
    assertEquals(Optional.of(new Open(B)), action);
    done();
    Assignment serving = ((Commit) action.orElseThrow()).assignment();
    assertEquals(List.of(Phase.SERVING, B), List.of(serving.phase(), serving.writer()));
  }

  private void hear(String letters) {
    Map<String, Map<String, Sight>> others = new HashMap<>();
    for (int i = 0; i < letters.length(); i++) {
      others.put("n" + (i + 1), sights(letters.charAt(i)));
    }
    step(new Heard(new Sightings(others)));
  }

  private static Map<String, Sight> sights(char letter) {
    return switch (letter) {
      case 'O' -> Map.of(A, Sight.OK, B, Sight.OK);
      case 'F' -> Map.of(A, Sight.full(2), B, Sight.OK);
      case 'f' -> Map.of(A, Sight.full(1), B, Sight.OK);
      case 'R' -> Map.of(A, Sight.REFUSED, B, Sight.OK);
      case 'D' -> Map.of(A, Sight.declined(1040), B, Sight.OK);
      default -> Map.of();
    };
  }

  private void probe(String master, Observation observation) {
    step(new Probed(master, observation));
  }

  private void done() {
    step(new Done(state.running().orElseThrow()));
  }

  private void failed() {
    step(new Failed(state.running().orElseThrow(), "its commits hang", true));
  }

  private void step(Input input) {
    Step step = machine.step(state, input, nowNanos);
    state = step.next();
    action = step.action();
  }
}

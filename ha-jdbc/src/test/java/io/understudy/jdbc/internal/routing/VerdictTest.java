package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Facts.declined;
import static io.understudy.jdbc.internal.routing.Facts.healthy;
import static io.understudy.jdbc.internal.routing.Facts.refused;
import static io.understudy.jdbc.internal.routing.Facts.silent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.HandOver;
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

/** When a writer counts as gone, and when the director is the one who is cut off. */
class VerdictTest {
  private static final String A = "db-01";
  private static final String B = "db-02";
  private static final long PATIENCE_NANOS = 1_000;
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
      new DirectorMachine(
          new Rules(List.of(A, B), 2, 100, false, 2, PATIENCE_NANOS, PATIENCE_NANOS));
  private DirectorState state = DirectorState.initial(List.of(A, B), SERVING_A);
  private Optional<Action> action = Optional.empty();
  private long nowNanos = Long.MAX_VALUE - 50; // overflows soon

  @BeforeEach
  void allIsWell() {
    probe(B, healthy(2, Mode.CLOSED));
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.empty(), action);
  }

  /** O answers, R refused, S silent often enough, s silent once, D declined, - says nothing. */
  @ParameterizedTest
  @CsvSource({
    "'', true",
    "-, true",
    "--, true",
    "O, false",
    "R, true",
    "S, true",
    "s, false",
    "D, false",
    "RO, true",
    "OO, false",
    "OS, true",
    "Os, false",
    "RD, true",
    "DD, false",
    "ROO, false",
    "RSO, true",
    "ROO-, false",
    "RSOO, true",
    "OOO-, false"
  })
  void aStrictMajorityOfThoseWhoLookDecides(String others, boolean gone) {
    hear(others);
    probe(A, refused());
    assertEquals(gone, action.isPresent(), () -> state.trouble());
    if (gone) {
      Assignment next = ((Commit) action.orElseThrow()).assignment();
      assertEquals(Phase.FAILING_OVER, next.phase());
      assertEquals(B, next.candidate());
    } else {
      assertTrue(state.trouble().contains("db-01 does not answer"), state::trouble);
    }
  }

  @Test
  void whatTheOthersSayIsNothingWhileTheDirectorReachesTheWriter() {
    hear("RRRR");
    probe(A, healthy(1, Mode.OPEN));
    assertEquals(Optional.empty(), action);
    probe(A, silent());
    assertEquals(Optional.empty(), action, "once silent is not gone");
    probe(A, silent());
    assertTrue(action.isPresent());
  }

  @Test
  void whoMayYetSaySomethingIsWaitedFor() {
    Map<String, Sight> gone = Map.of(A, Sight.REFUSED, B, Sight.OK);
    input(new Heard(new Sightings(Map.of("n1", gone), 2)));
    probe(A, refused());
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("have not said anything yet"), state::trouble);
    input(new Heard(new Sightings(Map.of("n1", gone), 1)));
    assertTrue(action.orElseThrow() instanceof Commit, "two of three");
  }

  @Test
  void theLastVoteDecidesAtOnce() {
    hear("OO");
    probe(A, refused());
    assertEquals(Optional.empty(), action);
    hear("RO");
    assertTrue(action.orElseThrow() instanceof Commit);
  }

  @Test
  void aWriterThatDeclinesStaysTheWriter() {
    hear("DD");
    for (int i = 0; i < 20; i++) {
      nowNanos += PATIENCE_NANOS;
      probe(A, declined());
    }
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("access denied"), state::trouble);
  }

  @Test
  void aBlindDirectorHandsOverToOneWhoSeesTheWriterOnceThatHasLasted() {
    hear("O");
    probe(A, refused());
    nowNanos += PATIENCE_NANOS - 1;
    probe(A, refused());
    assertEquals(Optional.empty(), action);
    assertTrue(state.trouble().contains("but it does at [n1]"), state::trouble);
    nowNanos += 1;
    probe(A, refused());
    assertEquals(Optional.of(new HandOver("n1")), action);
  }

  @Test
  void aHandOverThatFailedIsTriedAsLateAgain() {
    hear("O");
    probe(A, refused());
    nowNanos += PATIENCE_NANOS;
    probe(A, refused());
    input(new Failed(action.orElseThrow(), "n1 is in standby"));
    nowNanos += PATIENCE_NANOS - 1;
    probe(A, refused());
    assertEquals(Optional.empty(), action);
    nowNanos += 1;
    probe(A, refused());
    assertEquals(Optional.of(new HandOver("n1")), action);
  }

  @Test
  void afterARefusalTheNextOneWhoSeesMoreIsAsked() {
    hear("OO");
    probe(A, refused());
    for (String asked : List.of("n1", "n2", "n1")) {
      nowNanos += PATIENCE_NANOS;
      probe(A, refused());
      assertEquals(Optional.of(new HandOver(asked)), action);
      input(new Failed(action.orElseThrow(), asked + " is in standby"));
    }
  }

  /** A question that only directors ask hangs: it would hang for the next one too. */
  @Test
  void whoSeesAsMuchAsTheOthersByTheSameLookKeepsTheRole() {
    Map<String, Sight> all = Map.of(A, Sight.OK, B, Sight.OK);
    input(new Heard(new Sightings(Map.of("n1", all), 0, all)));
    probe(A, silent());
    probe(A, silent());
    nowNanos += PATIENCE_NANOS;
    probe(A, silent());
    assertEquals(Optional.empty(), action);
    input(new Heard(new Sightings(Map.of("n1", all), 0, Map.of(A, Sight.REFUSED, B, Sight.OK))));
    nowNanos += PATIENCE_NANOS;
    probe(A, silent());
    assertEquals(Optional.of(new HandOver("n1")), action);
  }

  @Test
  void aDirectorThatSeesAgainStays() {
    hear("O");
    probe(A, refused());
    nowNanos += PATIENCE_NANOS - 1;
    probe(A, healthy(1, Mode.OPEN));
    nowNanos += PATIENCE_NANOS;
    probe(A, refused());
    assertEquals(Optional.empty(), action, "the time begins anew");
  }

  @Test
  void theStandbyCountsTooIfTheWriterIsReachedAlike() {
    input(new Heard(new Sightings(Map.of("n1", Map.of(A, Sight.OK, B, Sight.OK)))));
    probe(B, refused());
    nowNanos += PATIENCE_NANOS;
    probe(B, refused());
    assertEquals(Optional.of(new HandOver("n1")), action);
  }

  @Test
  void nobodyHandsOverToOneWhoSeesLess() {
    input(new Heard(new Sightings(Map.of("n1", Map.of(A, Sight.REFUSED, B, Sight.OK)))));
    probe(B, refused());
    nowNanos += PATIENCE_NANOS;
    probe(B, refused());
    assertEquals(Optional.empty(), action);
  }

  @Test
  void aFailoverGoesBeforeAHandOver() {
    input(
        new Heard(
            new Sightings(
                Map.of(
                    "n1", Map.of(A, Sight.OK, B, Sight.OK),
                    "n2", Map.of(A, Sight.REFUSED, B, Sight.OK)))));
    probe(A, refused());
    assertTrue(action.orElseThrow() instanceof Commit);
  }

  private void hear(String letters) {
    Map<String, Map<String, Sight>> others = new HashMap<>();
    for (int i = 0; i < letters.length(); i++) {
      others.put("n" + (i + 1), sights(letters.charAt(i)));
    }
    input(new Heard(new Sightings(others)));
  }

  private static Map<String, Sight> sights(char letter) {
    return switch (letter) {
      case 'O' -> Map.of(A, Sight.OK, B, Sight.OK);
      case 'R' -> Map.of(A, Sight.REFUSED, B, Sight.OK);
      case 'S' -> Map.of(A, Sight.silent(2), B, Sight.OK);
      case 's' -> Map.of(A, Sight.silent(1), B, Sight.OK);
      case 'D' -> Map.of(A, Sight.declined(1040), B, Sight.OK);
      default -> Map.of();
    };
  }

  private void probe(String master, Observation observation) {
    input(new Probed(master, observation));
  }

  private void input(Input input) {
    Step step = machine.step(state, input, nowNanos);
    state = step.next();
    action = step.action();
  }
}

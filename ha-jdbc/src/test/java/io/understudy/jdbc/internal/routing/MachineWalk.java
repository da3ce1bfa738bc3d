package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Facts.healthy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.List;
import java.util.Optional;

/** Leads a director's machine from input to input, and looks at what it wants next. */
abstract class MachineWalk {
  static final String A = "db-01";
  static final String B = "db-02";
  static final List<MasterRecord> KNOWN =
      List.of(
          new MasterRecord(A, new IdSeries(1, 2, 1), 0),
          new MasterRecord(B, new IdSeries(2, 2, 2), 0));
  static final Assignment SERVING_A =
      new Assignment(5, Phase.SERVING, A, "", "", 1, "first writer", KNOWN);

  DirectorState state = DirectorState.initial(List.of(A, B), Assignment.NONE);
  Optional<Action> action = Optional.empty();
  long nowNanos = Long.MAX_VALUE - 50; // overflows soon: times are compared by subtraction

  abstract DirectorMachine machine();

  final void begin(Assignment assignment) {
    state = DirectorState.initial(List.of(A, B), assignment);
    action = Optional.empty();
  }

  final void serving() {
    begin(SERVING_A);
    probe(A, healthy(1, Mode.OPEN));
    probe(B, healthy(2, Mode.CLOSED));
    assertEquals(Optional.empty(), action);
  }

  final void step(Input input) {
    Step step = machine().step(state, input, nowNanos);
    state = step.next();
    action = step.action();
  }

  final void probe(String master, Observation observation) {
    step(new Probed(master, observation));
  }

  /** What runs is done, also if something came in between. */
  final void done() {
    step(new Done(action.or(state::running).orElseThrow()));
  }

  final void assertNext(Action wanted) {
    if (!action.equals(Optional.of(wanted))) {
      done();
    }
    assertEquals(Optional.of(wanted), action);
  }

  final Assignment committed() {
    return ((Commit) action.orElseThrow()).assignment();
  }

  final void assertCommits(Phase phase, String writer, String candidate, long generation) {
    Assignment found = committed();
    assertEquals(
        List.of(phase, writer, candidate, generation),
        List.of(found.phase(), found.writer(), found.candidate(), found.generation()));
  }
}

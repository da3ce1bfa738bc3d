package io.understudy.jdbc.internal.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.Step;
import io.understudy.jdbc.internal.routing.Action;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.DirectorMachine;
import io.understudy.jdbc.internal.routing.DirectorState;
import io.understudy.jdbc.internal.routing.IdSeries;
import io.understudy.jdbc.internal.routing.Input;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Failed;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Input.SwitchAsked;
import io.understudy.jdbc.internal.routing.MasterRecord;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.Rules;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.ServerFacts.Fetching;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.ServerFacts.Replication;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is remembered of planned changes, as a director goes through them. */
class SwitchoverHistoryTest {
  private static final List<String> NAMES = List.of("db-01", "db-02");
  private static final Assignment SERVING =
      new Assignment(
          5,
          Phase.SERVING,
          "db-01",
          "",
          "",
          1,
          "first writer",
          List.of(
              new MasterRecord("db-01", new IdSeries(1, 2, 1), 0),
              new MasterRecord("db-02", new IdSeries(2, 2, 2), 0)));

  private final SwitchoverHistory history = new SwitchoverHistory("n1");
  private final DirectorMachine machine =
      new DirectorMachine(new Rules(NAMES, 2, 100, false, 2, 1_000, 1_000, 0));
  private DirectorState state = DirectorState.initial(NAMES, SERVING);
  private long nowNanos;

  @BeforeEach
  void everybodyIsWell() {
    step(new Probed("db-01", healthy(1, Mode.OPEN)));
    step(new Probed("db-02", healthy(2, Mode.CLOSED)));
  }

  @Test
  void theLastOnesAreKeptWithTheTimesOfTheirSteps() {
    for (int i = 1; i <= SwitchoverHistory.LENGTH + 5; i++) {
      drain();
      step(new Failed(new Action.Drain(), "attempt " + i));
      done();
    }
    List<SwitchoverResult> all = history.all();
    assertEquals(SwitchoverHistory.LENGTH, all.size());
    assertEquals("the switchover to db-02 was rolled back: attempt 6", all.get(0).reason());
    SwitchoverResult newest = all.get(all.size() - 1);
    assertEquals("the switchover to db-02 was rolled back: attempt 25", newest.reason());
    assertEquals(Outcome.ROLLED_BACK, newest.outcome());
    assertEquals(
        List.of(Step.HELD, Step.RELEASED), newest.steps().stream().map(it -> it.step()).toList());
    assertEquals(2, newest.held().toNanos());
  }

  @Test
  void whatADirectorLeavesIsToldOnceAndTheTruthReplacesIt() {
    drain();
    assertEquals(List.of(), history.all());
    history.leave(state);
    assertEquals(Outcome.LEFT_TO_SUCCESSOR, history.all().get(0).outcome());
    step(new Failed(new Action.Drain(), "n2 hears nothing"));
    done();
    assertEquals(1, history.all().size());
    assertEquals(Outcome.ROLLED_BACK, history.all().get(0).outcome());
    history.leave(state);
    assertEquals(1, history.all().size(), "it is over");
  }

  private void drain() {
    step(new SwitchAsked("db-02"));
    done();
  }

  private void done() {
    step(new Done(state.running().orElseThrow()));
  }

  private void step(Input input) {
    nowNanos++;
    DirectorState before = state;
    state = machine.step(before, input, nowNanos).next();
    history.observe(before, state);
  }

  private static Healthy healthy(int number, Mode mode) {
    return new Healthy(
        new ServerFacts(
            "8.0.31",
            new IdSeries(number, 2, number),
            2,
            number,
            "source-" + number,
            true,
            mode,
            "position-" + number,
            new Replication(true, Fetching.RECEIVING, true, OptionalLong.of(0), "")),
        Map.of());
  }
}

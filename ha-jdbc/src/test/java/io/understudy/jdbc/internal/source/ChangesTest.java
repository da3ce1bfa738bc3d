package io.understudy.jdbc.internal.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.HaDataSourceEvent;
import io.understudy.jdbc.HaDataSourceEvent.FailoverHeld;
import io.understudy.jdbc.HaDataSourceEvent.MasterChanged;
import io.understudy.jdbc.HaDataSourceEvent.SwitchoverChanged;
import io.understudy.jdbc.HaDataSourceStatus.MasterRole;
import io.understudy.jdbc.HaDataSourceStatus.MasterStatus;
import io.understudy.jdbc.HaDataSourceStatus.Reach;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.Step;
import io.understudy.jdbc.internal.routing.Action;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.DirectorMachine;
import io.understudy.jdbc.internal.routing.DirectorState;
import io.understudy.jdbc.internal.routing.IdSeries;
import io.understudy.jdbc.internal.routing.Input;
import io.understudy.jdbc.internal.routing.MasterRecord;
import io.understudy.jdbc.internal.routing.Observation;
import io.understudy.jdbc.internal.routing.Observation.Failed;
import io.understudy.jdbc.internal.routing.Observation.Healthy;
import io.understudy.jdbc.internal.routing.Observation.Kind;
import io.understudy.jdbc.internal.routing.Rules;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.ServerFacts.Fetching;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.ServerFacts.Replication;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Steps of the real machine, and what is told of each. */
class ChangesTest {
  private static final Instant NOW = Instant.ofEpochSecond(1);
  private static final long AN_HOUR_NANOS = 3_600_000_000_000L;
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

  private final DirectorMachine machine =
      new DirectorMachine(
          new Rules(List.of("db-01", "db-02"), 2, 100, false, 2, 1_000, 1_000, AN_HOUR_NANOS));
  private DirectorState state = DirectorState.initial(List.of("db-01", "db-02"), SERVING);

  @BeforeEach
  void bothAreWell() {
    probe(1, healthy(1, Mode.OPEN, "p1", 0));
    probe(2, healthy(2, Mode.CLOSED, "p2", 0));
  }

  @Test
  void aProbeThatSaysTheSameIsNoNews() {
    assertEquals(List.of(), probe(1, healthy(1, Mode.OPEN, "p1", 0)));
    assertEquals(List.of(), probe(1, healthy(1, Mode.OPEN, "further", 0)), "it was written to");
  }

  @Test
  void lagAndReachAreNews() {
    assertEquals(
        OptionalLong.of(3), master(probe(2, healthy(2, Mode.CLOSED, "p2", 3))).lagSeconds());
    MasterStatus gone = master(probe(2, new Failed(Kind.REFUSED, "connection refused")));
    assertEquals(Reach.UNREACHABLE, gone.reach());
    assertEquals("connection refused", gone.problem());
    assertEquals(MasterRole.STANDBY, gone.role());
    assertEquals(List.of(), probe(2, new Failed(Kind.REFUSED, "connection refused")));
  }

  @Test
  void aFullDiskIsNewsOnce() {
    Healthy well = healthy(2, Mode.CLOSED, "p2", 0);
    Healthy full =
        new Healthy(well.facts(), Map.of(), well.findings().withFullDisk("commits hang"));
    MasterStatus told = master(probe(2, full));
    assertEquals(Reach.DISK_FULL, told.reach());
    assertEquals("commits hang", told.problem());
    assertEquals(List.of(), probe(2, full));
    assertEquals(Reach.REACHABLE, master(probe(2, well)).reach());
  }

  @Test
  void aFailoverThatIsPutOffIsToldOnce() {
    state = DirectorState.initial(List.of("db-01", "db-02"), SERVING.inRow(1));
    bothAreWell();
    Observation gone = new Failed(Kind.REFUSED, "connection refused");
    List<FailoverHeld> held =
        probe(1, gone).stream()
            .filter(FailoverHeld.class::isInstance)
            .map(FailoverHeld.class::cast)
            .toList();
    assertEquals(1, held.size());
    assertEquals("db-01", held.get(0).writer());
    assertTrue(held.get(0).reason().startsWith("db-01 is gone: "), held::toString);
    assertEquals(List.of(), probe(1, gone));
  }

  @Test
  void eachStepOfASwitchoverIsTold() {
    SwitchoverChanged asked = switchover(take(new Input.SwitchAsked("db-02")));
    assertEquals(Outcome.UNDER_WAY, asked.progress().outcome());
    assertEquals(List.of(), asked.progress().steps());

    Action commit = state.running().orElseThrow();
    SwitchoverChanged held = switchover(take(new Input.Done(commit)));
    assertEquals(Step.HELD, held.progress().steps().get(0).step());
  }

  private static SwitchoverChanged switchover(List<HaDataSourceEvent> changes) {
    return changes.stream()
        .filter(SwitchoverChanged.class::isInstance)
        .map(SwitchoverChanged.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static MasterStatus master(List<HaDataSourceEvent> changes) {
    assertEquals(1, changes.size(), changes::toString);
    return assertInstanceOf(MasterChanged.class, changes.get(0)).master();
  }

  private List<HaDataSourceEvent> probe(int number, Observation seen) {
    return take(new Input.Probed("db-0" + number, seen));
  }

  private List<HaDataSourceEvent> take(Input input) {
    DirectorState before = state;
    state = machine.step(before, input, 0).next();
    return Changes.between(before, state, "n1", NOW);
  }

  private static Healthy healthy(int number, Mode mode, String position, long lag) {
    Replication running = new Replication(true, Fetching.RECEIVING, true, OptionalLong.of(lag), "");
    return new Healthy(
        new ServerFacts(
            "8.0.31",
            new IdSeries(number, 2, number),
            2,
            number,
            "source-" + number,
            true,
            mode,
            position,
            running),
        Map.of());
  }
}

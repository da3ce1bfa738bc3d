package io.understudy.jdbc.internal.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.Drain;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Follow;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Failed;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Input.SwitchAsked;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * Planned changes on bad days, from one seed: servers die and return, members are cut off, clients
 * keep transactions open, answers are lost, and directors are replaced in any step, with an action
 * of the old one done, lost, or done without its answer.
 */
class SwitchoverSimulationTest {
  private static final List<String> PAIR = List.of("db-01", "db-02");
  private static final List<String> THREE = List.of("db-01", "db-02", "db-03");
  static final int PROBE_FAILURES = 2;
  private static final int STEPS = 600;
  private static final int CALM_STEPS = 400;
  private static final long RETRY_NANOS = 10;
  private static final long DRAIN_NANOS = 30;
  private static final long PLANNED_NANOS = 120;
  private static final long MINIMUM_WRITER_NANOS = 40;

  private List<String> names = PAIR;
  private DirectorMachine machine = machine(PAIR, false);
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private final Map<String, Integer> reasons = new HashMap<>();
  private long unclosed;
  private long late;
  private long refused;
  private long unclosedFull;
  private Random random = new Random(0);
  private SwitchoverWorld world = new SwitchoverWorld(PAIR, random);
  private DirectorState state = DirectorState.initial(PAIR, Assignment.NONE);
  private Optional<Action> running = Optional.empty();
  private long drainUntilNanos;
  private Optional<Switchover> counted = Optional.empty();

  private static DirectorMachine machine(List<String> names, boolean openUnapplied) {
    return new DirectorMachine(
        new Rules(
            names,
            PROBE_FAILURES,
            RETRY_NANOS,
            openUnapplied,
            2,
            PLANNED_NANOS,
            1_000,
            MINIMUM_WRITER_NANOS));
  }

  @Property(tries = 500)
  void neverTwoWritersNothingLostAndAlwaysAnEnd(@ForAll long seed) {
    run(seed);
  }

  /** Without this, the property might hold because nothing ever happens. */
  @Test
  void everythingHappensOften() {
    outcomes.clear();
    reasons.clear();
    unclosed = 0;
    late = 0;
    refused = 0;
    unclosedFull = 0;
    for (long seed = 0; seed < 200; seed++) {
      run(seed);
    }
    for (Outcome outcome : Outcome.values()) {
      int count = outcomes.getOrDefault(outcome, 0);
      boolean ends = outcome != Outcome.UNDER_WAY && outcome != Outcome.UNKNOWN;
      assertTrue(count >= 5 || !ends, () -> outcome + " of " + outcomes);
    }
    assertTrue(reasons.getOrDefault("perhaps open", 0) >= 5, reasons::toString);
    assertTrue(reasons.getOrDefault("is stuck", 0) >= 3, reasons::toString);
    assertTrue(late >= 5, () -> "committed late where no later term has begun: " + late);
    assertTrue(refused >= 20, () -> "wanted to commit where one has: " + refused);
    assertTrue(reasons.getOrDefault("in a row", 0) >= 5, reasons::toString);
    assertTrue(reasons.getOrDefault("ordered", 0) >= 1, reasons::toString);
    assertTrue(unclosed >= 5, () -> "opened while another was open and gone: " + unclosed);
    assertTrue(unclosedFull >= 5, () -> "opened while another was full: " + unclosedFull);
  }

  private void run(long seed) {
    random = new Random(seed);
    names = random.nextInt(3) == 0 ? THREE : PAIR;
    world = new SwitchoverWorld(names, random);
    machine = machine(names, random.nextBoolean());
    state = DirectorState.initial(names, Assignment.NONE);
    running = Optional.empty();
    for (int i = 0; i < STEPS; i++) {
      world.nowNanos += random.nextInt(4);
      world.disturb();
      turn(false);
      if (random.nextInt(150) == 0) {
        replaceDirector();
      }
    }
    world.calm();
    for (int i = 0; i < CALM_STEPS; i++) {
      world.nowNanos += 2;
      turn(true);
    }
    assertCalm();
    unclosed += world.unclosed;
    late += world.rows.late();
    refused += world.rows.refused;
    unclosedFull += world.unclosedFull;
  }

  private void turn(boolean calm) {
    world.live();
    if (random.nextInt(40) == 0) {
      input(new SwitchAsked(names.get(random.nextInt(names.size()))));
    }
    if (running.isPresent() && random.nextBoolean()) {
      finish(running.get(), !calm && random.nextInt(12) == 0);
    } else {
      probe(names.get(random.nextInt(names.size())), !calm && random.nextInt(60) == 0);
    }
  }

  private void probe(String name, boolean silent) {
    input(new Probed(name, world.probe(name, silent)));
  }

  private void replaceDirector() {
    state
        .switchover()
        .filter(Switchover::isUnderWay)
        .ifPresent(it -> outcomes.merge(Outcome.LEFT_TO_SUCCESSOR, 1, Integer::sum));
    running.filter(it -> random.nextBoolean()).ifPresent(this::perform);
    running = Optional.empty();
    state = DirectorState.initial(names, world.committed());
  }

  /**
   * Ends what runs, if it can end.
   *
   * @param trouble it fails, or is done without an answer
   */
  private void finish(Action action, boolean trouble) {
    if (action instanceof Drain) {
      drain();
      return;
    }
    if (action instanceof Settle && !world.isSettled()) {
      return;
    }
    boolean isServers = !(action instanceof Settle || action instanceof Commit);
    boolean fails = trouble && isServers;
    boolean well = !(fails && random.nextBoolean()) && perform(action);
    running = Optional.empty();
    if (action instanceof Fence fence && well && !fails) {
      probe(fence.master(), false); // as a link does
    } else if (action instanceof Follow follow && well && !fails) {
      probe(follow.master(), false);
    }
    if (well && !fails) {
      input(new Done(action));
    } else {
      fail(action);
    }
  }

  /** Nobody waits for a second try while a planned change holds everybody. */
  private void fail(Action action) {
    Assignment before = world.committed();
    boolean turns =
        before.phase() == Phase.SWITCHING && !before.candidate().equals(before.previous());
    boolean hanging = action instanceof Fence fence && world.hangs(fence.master());
    input(new Failed(action, "it failed", hanging));
    MasterView last = state.masters().get(before.previous());
    if (turns && last != null && last.failures() < PROBE_FAILURES) {
      assertInstanceOf(Commit.class, running.orElseThrow(), "it turns round at once");
    }
  }

  private void drain() {
    boolean late = world.nowNanos - drainUntilNanos >= 0;
    boolean early = world.isSettled() && world.isDrained();
    if (early || (late && world.isSettled())) {
      world.drainDone(early);
      running = Optional.empty();
      input(new Done(new Drain()));
    } else if (late) {
      running = Optional.empty();
      input(new Failed(new Drain(), "not everybody hears"));
    }
  }

  private boolean perform(Action action) {
    if (action instanceof Commit commit) {
      checkStay(commit.assignment());
      world.commit(commit.assignment());
      for (String told : List.of("perhaps open", "is stuck")) {
        reasons.merge(told, commit.assignment().reason().contains(told) ? 1 : 0, Integer::sum);
      }
      return true;
    } else if (action instanceof Fence fence) {
      return world.fence(fence.master());
    } else if (action instanceof Open open) {
      return world.open(open.master());
    } else if (action instanceof CatchUp catchUp) {
      return world.catchUp(catchUp);
    } else if (action instanceof Follow follow) {
      return world.follow(follow.master());
    }
    return true;
  }

  /** A writer that an unplanned change made stays, longer each time, unless somebody ordered it. */
  private void checkStay(Assignment next) {
    Assignment before = world.committed();
    if (before.isServing() && next.phase() == Phase.FAILING_OVER && next.unplanned() > 1) {
      long least = MINIMUM_WRITER_NANOS << Math.min(before.unplanned() - 1, 5);
      boolean ordered = state.progress().stay().released();
      assertTrue(ordered || world.ageNanos() >= least, () -> world.ageNanos() + ": " + next);
      reasons.merge(ordered ? "ordered" : "in a row", 1, Integer::sum);
    }
  }

  private void input(Input input) {
    Step step = machine.step(state, input, world.nowNanos);
    state = step.next();
    step.action().ifPresent(this::begin);
    state
        .switchover()
        .filter(it -> !it.isUnderWay() && !counted.equals(state.switchover()))
        .ifPresent(it -> outcomes.merge(it.outcome(), 1, Integer::sum));
    counted = state.switchover();
  }

  private void begin(Action action) {
    assertTrue(
        running.isEmpty() || running.get() instanceof Drain, () -> "one at a time: " + running);
    running = Optional.of(action);
    drainUntilNanos = world.nowNanos + DRAIN_NANOS;
    if (action instanceof Fence fence) {
      assertTrue(!fence.master().equals(world.committed().writer()), "the writer is not fenced");
    } else if (action instanceof Open open) {
      world.checkOpen(open.master(), state);
    }
  }

  private void assertCalm() {
    Assignment committed = world.committed();
    if (!committed.phase().hasWriter() && !committed.phase().isPlanned()) {
      assertTrue(committed.reason().contains("holds"), committed::toString);
      return;
    }
    for (int i = 0; i < CALM_STEPS && !isAtRest(); i++) {
      world.nowNanos += 2;
      world.live();
      running.ifPresent(it -> finish(it, false));
      probe(names.get(i % names.size()), false);
    }
    assertTrue(isAtRest(), () -> world.committed() + " " + state);
    assertEquals(
        world.committed().generation(),
        world.server(world.committed().writer()).named,
        "the writer admits its generation");
    for (String name : names) {
      Mode wanted = name.equals(world.committed().writer()) ? Mode.OPEN : Mode.CLOSED;
      assertEquals(wanted, world.server(name).mode, () -> name + " with " + world.committed());
    }
  }

  private boolean isAtRest() {
    return world.committed().isServing()
        && running.isEmpty()
        && !state.switchover().map(Switchover::isUnderWay).orElse(false);
  }
}

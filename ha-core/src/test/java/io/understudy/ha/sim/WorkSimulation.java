package io.understudy.ha.sim;

import io.understudy.ha.internal.election.RoleMachine;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs seeds of clusters whose members have groups that must not work in two places. */
final class WorkSimulation extends SeedRuns {
  private static final int EVENTS = Integer.getInteger("sim.events", 1500);

  private final WorkBug bug;
  private final Map<SimWork.Happening, Long> counts = SimWork.noCounts();

  WorkSimulation(WorkBug bug) {
    this.bug = bug;
  }

  /** How often that happened in all seeds. */
  long of(SimWork.Happening what) {
    return counts.getOrDefault(what, 0L);
  }

  Map<SimWork.Happening, Long> counts() {
    return counts;
  }

  @Override
  String kind() {
    return "exclusion" + (bug == WorkBug.NONE ? "" : " with " + bug);
  }

  @Override
  String again(long seed) {
    return "-Dtest=ExclusionSimulationTest -Dsim.seed=" + seed;
  }

  @Override
  @Nullable Violation run(long seed, Tally tally, @Nullable Trace trace) {
    Dice dice = new Dice(seed);
    Shape shape = Shape.draw(dice, dice.oneOf(2, 3, 3, 3, 5));
    Weather weather = new Weather(dice, shape.times(), dice.chance(0.2));
    weather.suspends =
        false; // a deadline stands still with the monotonic clock: see the safety page
    tally.seeds++;
    SimCluster cluster =
        new SimCluster(
            new SimCluster.Parts(shape, weather, Plot.Kind.NONE, new RoleMachine(), tally, trace),
            dice);
    WorkPlan plan = WorkPlan.draw(dice, shape);
    cluster.beside(new SimWork(cluster, plan, bug, counts));
    try {
      cluster.trace(null, shape + " " + plan);
      cluster.chaos().rage();
      cluster.runEvents(EVENTS);
      return null;
    } catch (Violation violation) {
      return violation;
    } finally {
      tally.simulatedMillis += cluster.now() / 1_000_000;
    }
  }
}

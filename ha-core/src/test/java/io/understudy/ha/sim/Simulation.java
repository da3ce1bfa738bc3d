package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.RoleMachine;
import org.jspecify.annotations.Nullable;

/** Runs seeds. Everything that happens in a run follows from its seed and this class' settings. */
final class Simulation {
  /** The events of one seed, before faults stop. */
  static final int EVENTS = Integer.getInteger("sim.events", 500);

  private final Machine machine;
  private final boolean recovers;
  private final Plot.@Nullable Kind only;
  private final Tally tally = new Tally();

  private Simulation(Machine machine, boolean recovers, Plot.@Nullable Kind only) {
    this.machine = machine;
    this.recovers = recovers;
    this.only = only;
  }

  /** Faults until the end; safety is judged. */
  static Simulation ofSafety() {
    return new Simulation(new RoleMachine(), false, null);
  }

  /** Faults stop after a while; then there must be a leader in time. */
  static Simulation ofRecovery() {
    return new Simulation(new RoleMachine(), true, null);
  }

  /** Like safety, with a bug; a seed without the plot that provokes it is skipped. */
  static Simulation ofMutant(Mutation mutation) {
    return new Simulation(new Mutant(new RoleMachine(), mutation), false, mutation.provokedBy());
  }

  Tally tally() {
    return tally;
  }

  /** Runs a seed; null if all went well. */
  @Nullable Violation run(long seed) {
    return run(seed, tally, null);
  }

  /** Runs a seed and fails with everything that is needed to understand what went wrong. */
  void check(long seed) {
    Violation violation = run(seed);
    if (violation != null) {
      throw new AssertionError(report(seed), violation);
    }
  }

  /** Runs a seed again, and tells its last events and how it ended. */
  String report(long seed) {
    Trace trace = new Trace();
    Violation violation = run(seed, new Tally(), trace);
    return String.format(
        "seed %d (%s)%n%s%n%s%nrun it again with -Dsim.seed=%d, and -Dsim.trace=1000 for more lines",
        seed,
        recovers ? "recovery" : "safety",
        trace.text(),
        violation == null ? "all is well" : violation.getMessage(),
        seed);
  }

  private @Nullable Violation run(long seed, Tally counts, @Nullable Trace trace) {
    Dice dice = new Dice(seed);
    Shape shape = Shape.draw(dice);
    Plot.Kind plot = Plot.Kind.draw(dice, shape);
    if (only != null && plot != only) {
      return null;
    }
    counts.seeds++;
    boolean calm = dice.chance(plot == Plot.Kind.NONE ? 0.08 : 0.6);
    Weather weather = new Weather(dice, shape.times(), calm);
    try {
      SimCluster cluster =
          new SimCluster(new SimCluster.Parts(shape, weather, plot, machine, counts, trace), dice);
      cluster.trace(null, shape + " plot " + plot);
      cluster.chaos().rage();
      cluster.runEvents(recovers ? dice.below(EVENTS) : EVENTS);
      if (recovers) {
        new Recovery(cluster, seed).check();
      }
      return null;
    } catch (Violation violation) {
      return violation;
    }
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.RoleMachine;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs seeds of clusters that consist of members only. */
final class Simulation extends SeedRuns {
  /** The events of one seed, before faults stop. */
  static final int EVENTS = Integer.getInteger("sim.events", 500);

  private final UnaryOperator<Machine> damage;
  private final boolean recovers;
  private final Plot.@Nullable Kind only;
  private int fewestMembers = 1;
  private Function<Dice, Shape> shapes = Shape::draw;
  private double leases;

  private Simulation(UnaryOperator<Machine> damage, boolean recovers, Plot.@Nullable Kind only) {
    this.damage = damage;
    this.recovers = recovers;
    this.only = only;
  }

  /** Faults until the end; safety is judged. */
  static Simulation ofSafety() {
    return new Simulation(healthy -> healthy, false, null);
  }

  /** Faults stop after a while; then there must be a leader in time. */
  static Simulation ofRecovery() {
    return new Simulation(healthy -> healthy, true, null);
  }

  /** Like safety, with a bug; a seed without the plot that provokes it is skipped. */
  static Simulation ofMutant(Mutation mutation) {
    return new Simulation(
        healthy -> new Mutant(healthy, mutation),
        mutation.shownByRecovery(),
        mutation.provokedBy());
  }

  /** The plot of a seed. */
  Plot.Kind plotOf(long seed) {
    Dice dice = new Dice(seed);
    return Plot.Kind.draw(dice, Shape.draw(dice));
  }

  /** Skips, and does not count, the seeds of smaller clusters. */
  Simulation ofAtLeast(int members) {
    fewestMembers = members;
    return this;
  }

  /**
   * All clusters have so many members, and faults stop after so many leases at the latest: 500
   * events are nothing to a large cluster.
   */
  Simulation ofSize(int members, double mostLeases) {
    shapes = dice -> Shape.draw(dice, members);
    leases = mostLeases;
    return this;
  }

  @Override
  String kind() {
    return recovers ? "recovery" : "safety";
  }

  @Override
  String again(long seed) {
    return "-Dsim.seed=" + seed;
  }

  @Override
  @Nullable Violation run(long seed, Tally counts, @Nullable Trace trace) {
    Dice dice = new Dice(seed);
    Shape shape = shapes.apply(dice);
    Plot.Kind plot = Plot.Kind.draw(dice, shape);
    if ((only != null && plot != only) || shape.size() < fewestMembers) {
      return null;
    }
    counts.seeds++;
    countTraits(counts, shape, plot);
    boolean calm = dice.chance(plot.calmness());
    Machine machine = damage.apply(new RoleMachine(plot == Plot.Kind.PAIR));
    Weather weather = new Weather(dice, shape.times(), calm);
    long began = System.nanoTime();
    SimCluster cluster =
        new SimCluster(new SimCluster.Parts(shape, weather, plot, machine, counts, trace), dice);
    try {
      cluster.trace(null, shape + " plot " + plot);
      cluster.chaos().rage();
      int events = shape.isChanging() ? 3 * EVENTS : EVENTS; // a change takes its time
      if (leases > 0) {
        cluster.runFor(dice.between(0, (long) (leases * shape.times().leaseNanos())));
      } else {
        cluster.runEvents(recovers ? dice.below(events) : events);
      }
      if (recovers) {
        new Recovery(cluster, seed).check();
      }
      return null;
    } catch (Violation violation) {
      return violation;
    } finally {
      counts.busyNanos += System.nanoTime() - began;
      counts.simulatedMillis += cluster.now() / 1_000_000;
    }
  }

  private static void countTraits(Tally counts, Shape shape, Plot.Kind plot) {
    counts.trait("plot " + plot);
    counts.trait("members " + shape.size());
    counts.trait("start " + shape.start());
    counts.trait("roles " + shape.roles().size());
    counts.trait("rho " + shape.times().rho());
  }
}

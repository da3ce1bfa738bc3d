package io.understudy.ha.sim;

import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.RoleMachine;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.TimeValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs seeds of clusters whose witness is a row in a database. */
final class RowSimulation extends SeedRuns {
  private static final long SECOND = 1_000_000_000L;

  /** More than elsewhere, because most of them are statements on their way. */
  private static final int EVENTS = 3 * Simulation.EVENTS;

  private final boolean recovers;
  private final @Nullable RowBug bug;
  private final Map<RowFault, Long> faults = SimWitness.noFaults();

  RowSimulation(boolean recovers, @Nullable RowBug bug) {
    this.recovers = recovers;
    this.bug = bug;
  }

  Map<RowFault, Long> faults() {
    return faults;
  }

  @Override
  String kind() {
    return "row, " + (recovers ? "recovery" : "safety");
  }

  @Override
  String again(long seed) {
    return "-Dsim.row.seed=" + seed;
  }

  @Override
  @Nullable Violation run(long seed, Tally counts, @Nullable Trace trace) {
    Dice dice = new Dice(seed);
    Shape shape = draw(dice);
    counts.seeds++;
    Weather weather = new Weather(dice, shape.times(), dice.chance(0.2));
    try {
      SimCluster cluster =
          new SimCluster(
              new SimCluster.Parts(
                  shape, weather, Plot.Kind.NONE, new RoleMachine(), counts, trace),
              dice);
      SimWitness witness = new SimWitness(cluster, bug, faults);
      cluster.row(witness);
      cluster.trace(null, shape.toString());
      cluster.chaos().rage();
      witness.chaos().rage();
      cluster.runEvents(recovers ? dice.below(EVENTS) : EVENTS);
      if (recovers) {
        new Recovery(cluster, seed).check();
      }
      return null;
    } catch (Violation violation) {
      return violation;
    }
  }

  /** Two or three members and a row mostly; the row has one vote. */
  private static Shape draw(Dice dice) {
    int members = dice.oneOf(2, 2, 2, 3, 3, 4);
    boolean processToo = members > 2 && dice.chance(0.3);
    List<RosterMember> roster = new ArrayList<>();
    for (int i = 0; i <= members; i++) {
      boolean witness = i == members || (processToo && i == members - 1);
      roster.add(new RosterMember(Shape.member(i), 1, witness));
    }
    double rho = dice.oneOf(0.09, 0.09, 0.3, 0.3, 0.01, 0.0);
    TimeValues times = new TimeValues(SECOND, SECOND / dice.oneOf(3, 4, 5, 8), rho);
    List<String> roles = dice.chance(0.15) ? List.of("jobs", "mail") : List.of("jobs");
    Shape.Start start =
        dice.oneOf(
            Shape.Start.EMPTY,
            Shape.Start.BALLOTS,
            Shape.Start.BALLOTS,
            Shape.Start.BALLOTS,
            Shape.Start.FOUNDED,
            Shape.Start.OTHER_ROLES);
    return new Shape(new Roster(1, roster), times, roles, start, members);
  }
}

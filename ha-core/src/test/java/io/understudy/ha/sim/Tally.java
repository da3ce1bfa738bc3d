package io.understudy.ha.sim;

import java.util.EnumMap;
import java.util.Map;

/** What a run of seeds consisted of. */
final class Tally {
  long seeds;
  long events;
  long steps;
  long elections;
  long reelections;
  long commits;
  long permits;
  long settled;
  long catchUps;
  long foundings;
  long recoveries;
  long operatorNeeded;
  double slowestRecovery;
  long slowestRecoverySeed;
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  private final long began = System.nanoTime();

  void count(Fault fault) {
    faults.merge(fault, 1L, Long::sum);
  }

  long of(Fault fault) {
    return faults.getOrDefault(fault, 0L);
  }

  /** One line a topic, for people. */
  String summary() {
    double seconds = (System.nanoTime() - began) / 1e9;
    String recovery =
        recoveries == 0
            ? ""
            : String.format(
                "%n  recoveries %d, slowest %.2f of the bound (P+L+2H)/(1-rho) (seed %d), operator needed %d",
                recoveries, slowestRecovery, slowestRecoverySeed, operatorNeeded);
    return String.format(
        "seeds %d, events %d, steps %d (%.0f per second)%n  elections %d (re-elections %d), commits %d of"
            + " %d writes, permits %d, settled %d, foundings %d, catch-ups %d%s%n  faults %s",
        seeds,
        events,
        steps,
        steps / seconds,
        elections,
        reelections,
        commits,
        of(Fault.WRITE),
        permits,
        settled,
        foundings,
        catchUps,
        recovery,
        faults);
  }
}

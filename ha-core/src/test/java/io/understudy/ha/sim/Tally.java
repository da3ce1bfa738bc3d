package io.understudy.ha.sim;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What a run of seeds consisted of. Confined to one thread; runs on several are merged after. */
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
  long rosters;
  long recoveries;
  long operatorNeeded;

  /** How long all this took, without the time between seeds. */
  long busyNanos;

  /** How much time passed in the simulated clusters, in milliseconds. */
  long simulatedMillis;

  /** The slowest recovery, as a part of the bound. */
  double slowestRecovery;

  private String slowestRecoveryWas = "none";
  private final Map<Fault, long[]> faults = new EnumMap<>(Fault.class); // one number each
  private final Map<String, Long> traits = new TreeMap<>();

  void count(Fault fault) {
    faults.computeIfAbsent(fault, kind -> new long[1])[0]++;
  }

  long of(Fault fault) {
    long[] counted = faults.get(fault);
    return counted == null ? 0 : counted[0];
  }

  /** Counts a seed by something that is special about it. */
  void trait(String trait) {
    traits.merge(trait, 1L, Long::sum);
  }

  long seedsWith(String trait) {
    return traits.getOrDefault(trait, 0L);
  }

  void recovered(long seed, long tookNanos, long boundNanos) {
    recoveries++;
    double part = (double) tookNanos / boundNanos;
    if (part > slowestRecovery) {
      slowestRecovery = part;
      slowestRecoveryWas =
          String.format(
              "%.2f of the bound (%d ms of %d ms, seed %d)",
              part, tookNanos / 1_000_000, boundNanos / 1_000_000, seed);
    }
  }

  String slowest() {
    return slowestRecoveryWas;
  }

  Map<String, Long> traits() {
    return traits;
  }

  /** Adds what another run counted: every number there is, so that none can be left out. */
  void add(Tally other) {
    if (other.slowestRecovery > slowestRecovery) {
      slowestRecovery = other.slowestRecovery;
      slowestRecoveryWas = other.slowestRecoveryWas;
    }
    other.faults.forEach(
        (kind, count) -> faults.computeIfAbsent(kind, fault -> new long[1])[0] += count[0]);
    other.traits.forEach((trait, count) -> traits.merge(trait, count, Long::sum));
    try {
      for (Field field : Tally.class.getDeclaredFields()) {
        if (field.getType() == long.class && !Modifier.isStatic(field.getModifiers())) {
          field.setLong(this, field.getLong(this) + field.getLong(other));
        }
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Steps for each second that a core was busy with them. */
  long stepsPerSecond() {
    return Math.round(steps * 1e9 / Math.max(1, busyNanos));
  }

  Map<Fault, Long> faults() {
    Map<Fault, Long> counted = new TreeMap<>();
    for (Fault kind : Fault.values()) {
      counted.put(kind, of(kind));
    }
    return counted;
  }

  /** One line a topic, for people. */
  String summary() {
    String recovery =
        recoveries == 0
            ? ""
            : String.format(
                "%n  recoveries %d, operator needed %d, slowest %s",
                recoveries, operatorNeeded, slowestRecoveryWas);
    return String.format(
        "seeds %d, events %d, steps %d (%d per second and core)%n  elections %d (re-elections %d), commits %d of"
            + " %d writes, permits %d, settled %d, foundings %d, catch-ups %d%s%n  faults %s%n  seeds by %s",
        seeds,
        events,
        steps,
        stepsPerSecond(),
        elections,
        reelections,
        commits,
        of(Fault.WRITE),
        permits,
        settled,
        foundings,
        catchUps,
        recovery,
        faults(),
        traits);
  }
}

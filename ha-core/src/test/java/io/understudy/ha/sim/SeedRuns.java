package io.understudy.ha.sim;

import org.jspecify.annotations.Nullable;

/** Runs seeds. Everything that happens in a run follows from its seed and the settings of these. */
abstract class SeedRuns {
  private final Tally tally = new Tally();

  /**
   * Runs a seed; null if all went well.
   *
   * @param counts what happened
   * @param trace gets the last events, if there is one
   */
  abstract @Nullable Violation run(long seed, Tally counts, @Nullable Trace trace);

  /** What kind of run it is, in a word or two. */
  abstract String kind();

  /** How to run that seed again. */
  abstract String again(long seed);

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
        "seed %d (%s)%n%s%n%s%nrun it again with %s, and -Dsim.trace=1000 for more lines",
        seed,
        kind(),
        trace.text(),
        violation == null ? "all is well" : violation.getMessage(),
        again(seed));
  }
}

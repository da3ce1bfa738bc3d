package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many seeds of every plot and shape with three to five members. */
@Tag("fault")
class FaultRunTest {
  private static final long SEEDS = Long.getLong("sim.seeds", 80_000);
  private static final long AT_LEAST = 20_000;

  @Test
  void safetyAndRecoveryHoldForSeedsThatWereNotRecorded() throws InterruptedException {
    // None of the recorded run's, and the same for everybody: a build that fails fails again.
    long from = Long.getLong("sim.from", 3_000_001);
    LongRun run = new LongRun(from, SEEDS, Duration.ofMinutes(10));
    System.out.println("simulation from seed " + from + " on " + run.threads() + " threads");
    run.run();
    System.out.println("safety: " + run.safety().summary());
    System.out.println("recovery: " + run.recovery().summary());
    assertTrue(run.safety().seeds >= AT_LEAST, "only " + run.safety().seeds + " seeds in time");
    assertTrue(
        run.recovery().recoveries >= AT_LEAST * 9 / 10,
        "only " + run.recovery().recoveries + " recoveries");
    for (Fault fault : Fault.values()) {
      assertTrue(fault.isOfPairs() || run.safety().of(fault) > 0, fault + " never happened");
    }
    for (Plot.Kind plot : Plot.Kind.values()) {
      boolean happened = run.safety().seedsWith("plot " + plot) > 0;
      assertTrue(plot == Plot.Kind.PAIR || happened, plot + " never happened");
    }
  }
}

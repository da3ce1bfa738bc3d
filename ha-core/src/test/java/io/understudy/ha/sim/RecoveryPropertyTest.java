package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;

/** Whatever has happened: when faults stop there is a leader in time, and everybody takes part. */
class RecoveryPropertyTest {
  private static final int SEEDS = 500;
  private static final Simulation SIMULATION = Simulation.ofRecovery();

  @Property(tries = SEEDS, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
  void recoversFromAnyWeather(@ForAll(supplier = Seeds.class) long seed) {
    SIMULATION.check(seed);
  }

  @AfterContainer
  static void wasNotVacuous() {
    Tally tally = SIMULATION.tally();
    System.out.println("recovery: " + tally.summary());
    assertTrue(tally.recoveries == SEEDS, "not every seed came to its end");
    assertTrue(tally.elections > SEEDS, "hardly any elections");
  }
}

package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;

/** Whatever happens, and in whatever cluster: no invariant is ever broken. */
class SafetyPropertyTest {
  private static final int SEEDS = 2_500;
  private static final Simulation SIMULATION = Simulation.ofSafety();

  @Property(tries = SEEDS, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
  void safetyHoldsInAnyWeather(@ForAll(supplier = Seeds.class) long seed) {
    SIMULATION.check(seed);
  }

  /** A run in which nobody was elected proves nothing. */
  @AfterContainer
  static void wasNotVacuous() {
    Tally tally = SIMULATION.tally();
    System.out.println("safety: " + tally.summary());
    assertTrue(tally.elections > SEEDS, "hardly any elections");
    assertTrue(tally.commits > 2 * SEEDS, "hardly any commits");
    assertTrue(tally.settled > SEEDS, "hardly anything settled");
    assertTrue(tally.catchUps > SEEDS / 50, "hardly any lost disks");
    for (Fault fault : Fault.values()) {
      assertTrue(tally.of(fault) > 0, fault + " never happened");
    }
  }
}

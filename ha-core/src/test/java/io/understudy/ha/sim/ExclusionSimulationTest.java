package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;

/** Whatever happens to clusters and their groups: nobody starts beside somebody else's work. */
class ExclusionSimulationTest {
  private static final int SEEDS = 300;
  private static final WorkSimulation SIMULATION = new WorkSimulation(WorkBug.NONE);

  @Property(tries = SEEDS, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
  void nobodyStartsBesideTheWorkOfAnother(@ForAll(supplier = Seeds.class) long seed) {
    SIMULATION.check(Long.getLong("sim.seed", seed));
  }

  /** A run in which nobody took over proves nothing. */
  @AfterContainer
  static void wasNotVacuous() {
    System.out.println("exclusion: " + SIMULATION.counts());
    if (Long.getLong("sim.seed") == null) {
      assertOften(SIMULATION, SEEDS);
    }
  }

  /** Wide margins: a tenth to a third of what is usual. */
  static void assertOften(WorkSimulation run, long seeds) {
    assertTrue(run.of(SimWork.Happening.STARTED) > 2 * seeds, "hardly any starts");
    assertTrue(run.of(SimWork.Happening.STOPPED_AND_MOVED) > seeds / 2, "hardly any moves");
    assertTrue(run.of(SimWork.Happening.ORDERLY_MOVE) > seeds / 30, "hardly any orderly moves");
    assertTrue(run.of(SimWork.Happening.WAITED) > seeds / 5, "hardly anybody waited in the end");
    assertTrue(run.of(SimWork.Happening.GUARD_HALTED) > seeds / 5, "hardly any deadline");
    assertTrue(run.of(SimWork.Happening.GUARDIAN_KILLED) > seeds / 20, "hardly any guardian");
    assertTrue(run.of(SimWork.Happening.FENCED) > seeds / 60, "hardly any fence");
    assertTrue(run.of(SimWork.Happening.SWITCHED_OFF) > seeds / 100, "hardly any power switch");
    assertTrue(run.of(SimWork.Happening.OPERATOR) > seeds / 5, "hardly any operator");
    assertTrue(run.of(SimWork.Happening.TOLD) > 10 * seeds, "hardly any word");
  }
}

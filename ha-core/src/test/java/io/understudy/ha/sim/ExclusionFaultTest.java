package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many seeds of groups that must not work in two places, and every bug that can be told to them.
 */
@Tag("fault")
class ExclusionFaultTest {
  private static final long SEEDS = Long.getLong("sim.seeds", 20_000);

  @Test
  void nobodyStartsBesideTheWorkOfAnother() {
    WorkSimulation simulation = new WorkSimulation(WorkBug.NONE);
    for (long seed = 1; seed <= SEEDS; seed++) {
      simulation.check(seed);
    }
    System.out.println("exclusion: " + simulation.counts());
    ExclusionSimulationTest.assertOften(simulation, SEEDS);
    long overlaps = simulation.of(SimWork.Happening.OVERLAP_WITH_FROZEN);
    assertTrue(overlaps > SEEDS / 1000, "hardly any process that was frozen beyond its deadline");
  }

  static Stream<WorkBug> bugs() {
    return Arrays.stream(WorkBug.values()).filter(bug -> bug != WorkBug.NONE);
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void isCaught(WorkBug bug) {
    WorkSimulation simulation = new WorkSimulation(bug);
    Violation violation = null;
    long seed = 0;
    while (violation == null && seed < SEEDS) {
      violation = simulation.run(++seed);
    }
    assertNotNull(violation, bug + " survived " + SEEDS + " seeds");
    System.out.println(bug + " (" + bug.rule() + ") found by seed " + seed);
  }
}

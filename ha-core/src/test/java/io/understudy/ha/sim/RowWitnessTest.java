package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A cluster whose witness is a row in a database that has bad days too. */
class RowWitnessTest {
  private static final int SEEDS = Integer.getInteger("sim.row.seeds", 1_500);
  private static final long ONLY = Long.getLong("sim.row.seed", 0);
  private static final int MUTANT_SEEDS = 20_000;
  private static final List<String> TABLE = new ArrayList<>();

  @Test
  void safetyHoldsWhateverTheDatabaseDoes() {
    RowSimulation simulation = new RowSimulation(false, null);
    checkAll(simulation);
    System.out.println("row: " + simulation.tally().summary() + " " + simulation.faults());
    assertTrue(simulation.tally().elections > SEEDS, "hardly any elections");
    for (RowFault fault : RowFault.values()) {
      assertTrue(simulation.faults().getOrDefault(fault, 0L) > 0, fault + " never happened");
    }
  }

  @Test
  void aLeaderIsFoundWhenFaultsStop() {
    RowSimulation simulation = new RowSimulation(true, null);
    checkAll(simulation);
    System.out.println("row: " + simulation.tally().summary());
  }

  private static void checkAll(RowSimulation simulation) {
    if (ONLY != 0) {
      simulation.check(ONLY);
      return;
    }
    SplittableRandom seeds = new SplittableRandom(4_711);
    for (int i = 0; i < SEEDS; i++) {
      simulation.check(seeds.nextLong());
    }
  }

  @ParameterizedTest
  @EnumSource(RowBug.class)
  void isCaught(RowBug bug) {
    RowSimulation simulation = new RowSimulation(false, bug);
    Violation violation = null;
    long seed = 0;
    while (violation == null && seed < MUTANT_SEEDS) {
      violation = simulation.run(++seed);
    }
    TABLE.add(
        String.format(
            "| %-36s | %-22s | %6d |",
            bug, violation == null ? "NOT CAUGHT" : violation.invariant(), seed));
    assertNotNull(violation, bug + " survived " + MUTANT_SEEDS + " seeds");
  }

  @AfterAll
  static void print() {
    System.out.println("| mutation of the row | caught by | seed |");
    System.out.println("|---|---|---|");
    TABLE.forEach(System.out::println);
  }
}

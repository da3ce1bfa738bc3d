package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulator finds every bug that it is shown. A simulator that does not, proves nothing. */
class MutationTest {
  private static final int SEEDS = 40_000;
  private static final List<String> TABLE = new ArrayList<>();

  @ParameterizedTest
  @EnumSource(Bug.class)
  void isCaught(Bug bug) {
    Simulation simulation = Simulation.ofMutant(bug);
    Violation violation = null;
    long seed = 0;
    while (violation == null && seed < SEEDS) {
      violation = simulation.run(++seed);
    }
    TABLE.add(
        String.format(
            "| %-34s | %-22s | %6d | %7d |",
            bug,
            violation == null ? "NOT CAUGHT" : violation.invariant(),
            seed,
            simulation.tally().seeds));
    assertNotNull(violation, bug + " survived " + SEEDS + " seeds");
  }

  @AfterAll
  static void print() {
    System.out.println("| mutation | caught by | seed | runs |");
    System.out.println("|---|---|---|---|");
    TABLE.forEach(System.out::println);
  }
}

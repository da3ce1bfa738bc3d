package io.understudy.ha.sim;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * For people: {@code mvn test -pl ha-core -Dtest=LongRunTest} with {@code -Dsim.seed=N} runs one
 * seed again and tells what happened, with {@code -Dsim.minutes=M} runs new seeds for so long.
 * {@code -Dsim.from=N} says with which seed to begin.
 */
class LongRunTest {
  @Test
  @EnabledIfSystemProperty(named = "sim.seed", matches = "-?[0-9]+")
  void oneSeed() {
    long seed = Long.getLong("sim.seed");
    System.out.println(Simulation.ofSafety().report(seed));
    System.out.println(Simulation.ofRecovery().report(seed));
    Simulation.ofSafety().check(seed);
    Simulation.ofRecovery().check(seed);
  }

  @Test
  @EnabledIfSystemProperty(named = "sim.minutes", matches = "[0-9]+")
  void manySeeds() {
    long end = System.nanoTime() + Long.getLong("sim.minutes") * 60_000_000_000L;
    long seed = Long.getLong("sim.from", System.currentTimeMillis() << 20);
    System.out.println("from seed " + seed);
    Simulation safety = Simulation.ofSafety();
    Simulation recovery = Simulation.ofRecovery();
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < 3; i++) {
        safety.check(seed++);
      }
      recovery.check(seed++);
    }
    System.out.println("safety: " + safety.tally().summary());
    System.out.println("recovery: " + recovery.tally().summary());
  }
}

package io.understudy.ha.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * For people: {@code mvn test -pl ha-core -Dtest=LongRunTest} with
 *
 * <ul>
 *   <li>{@code -Dsim.seed=N} runs one seed again and tells what happened;
 *   <li>{@code -Dsim.seeds=N} runs so many seeds on all cores and writes {@code target/long-run.md}
 *       for the safety page; {@code -Dsim.from=N} says with which seed to begin, {@code
 *       -Dsim.minutes=M} when to stop at the latest.
 * </ul>
 */
class LongRunTest {
  private static final long DAY_MINUTES = 1_440;

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
  @EnabledIfSystemProperty(named = "sim.seeds", matches = "[0-9]+")
  void manySeeds() throws InterruptedException, IOException {
    long from = Long.getLong("sim.from", System.currentTimeMillis() << 20);
    Duration atMost = Duration.ofMinutes(Long.getLong("sim.minutes", DAY_MINUTES));
    LongRun run = new LongRun(from, Long.getLong("sim.seeds"), atMost);
    System.out.println("from seed " + from + " on " + run.threads() + " threads");
    try {
      run.run();
    } finally { // a violation ends the run; what it had done until then is evidence too
      write(new RunReport(run).markdown());
    }
  }

  private static void write(String report) throws IOException {
    Path target = Path.of(System.getProperty("basedir", "."), "target");
    Files.writeString(Files.createDirectories(target).resolve("long-run.md"), report);
    System.out.println(report);
  }
}

package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A seed tells everything: a failure found elsewhere can be run again here. */
class ReplayTest {
  private static final List<Long> SEEDS = List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);

  @Test
  void aSeedReplaysInThisProcess() {
    assertEquals(digest(), digest());
  }

  /** Another process has other hash seeds: no order may hang on them. */
  @Test
  void aSeedReplaysInAnotherProcess() throws IOException, InterruptedException {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ReplayTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    other.waitFor();
    assertEquals(Integer.toString(digest()), output.strip());
  }

  /** Prints the digest, for the test above. */
  public static void main(String[] args) {
    System.out.println(digest());
  }

  private static int digest() {
    Simulation simulation = Simulation.ofSafety();
    RowSimulation row = new RowSimulation(false, null);
    StringBuilder all = new StringBuilder();
    for (long seed : SEEDS) {
      simulation.report(seed).lines().forEach(line -> all.append(words(line)));
      row.report(seed).lines().forEach(line -> all.append(words(line)));
    }
    return all.toString().hashCode();
  }

  /** Sets and maps are printed in an order that changes from process to process; arrays, too. */
  private static String words(String line) {
    return Stream.of(line.replaceAll("\\[B@[0-9a-f]+", "").split("[\\s\\[\\]{},=]+"))
        .sorted()
        .collect(Collectors.joining(" ", "", "\n"));
  }
}

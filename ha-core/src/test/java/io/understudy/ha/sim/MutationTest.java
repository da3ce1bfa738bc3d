package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator finds every bug that it is shown. A simulator that does not, proves nothing. The
 * table goes to {@code target/mutations.md}; copy it to {@code docs/mutations.md} when a mutation
 * was added.
 */
class MutationTest {
  private static final int SEEDS = 100_000;
  private static final Path BASE = Path.of(System.getProperty("basedir", "."));
  private static final Path COMMITTED = BASE.resolve("../docs/mutations.md");
  private static final TreeMap<String, String> TABLE = new TreeMap<>();

  static Stream<Mutation> mutations() {
    return Mutations.all();
  }

  @ParameterizedTest
  @MethodSource("mutations")
  void isCaught(Mutation bug) {
    Simulation simulation = Simulation.ofMutant(bug);
    Violation violation = null;
    long seed = 0;
    while (violation == null && seed < SEEDS) {
      Violation found = simulation.run(++seed);
      violation = found != null && bug.isShownBy(found.invariant()) ? found : null;
    }
    assertNotNull(violation, bug.name() + " survived " + SEEDS + " seeds");
    TABLE.put(
        bug.name(),
        String.format(
            "| `%s` | %s | %s | %s | %d |",
            bug.name(),
            bug.rule(),
            violation.invariant(),
            simulation.plotOf(seed),
            simulation.tally().seeds));
  }

  /** Names only: with the next fault that the simulator learns, other seeds find them. */
  @Test
  void theCommittedTableNamesThemAll() throws IOException {
    Matcher row =
        Pattern.compile("^\\| `([A-Z_0-9]+)` \\|", Pattern.MULTILINE)
            .matcher(Files.readString(COMMITTED));
    SortedSet<String> committed = new TreeSet<>();
    while (row.find()) {
      committed.add(row.group(1));
    }
    SortedSet<String> shown =
        Mutations.all().map(Mutation::name).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(shown, committed, "copy ha-core/target/mutations.md to docs/mutations.md");
  }

  @ParameterizedTest
  @MethodSource("mutations")
  void saysWhichRuleItBreaks(Mutation bug) {
    assertFalse(bug.rule().isBlank());
  }

  @AfterAll
  static void write() throws IOException {
    String text =
        """
        # Mutations

        Each row is a bug that was put into the election on purpose: what a careless change would do. The simulator of
        [the safety page](safety.md) found every one. `MutationTest` runs them with the seeds 1, 2, 3, ..., fails when
        one is not found, and writes this table.

        - **Caught by**: the invariant that was broken first. For `NEXT_ROSTER_WITHOUT_PAUSE` it is the first seed with two
          leases at once: seeds before it break `CONTRACT` (a member that was just removed leads on for a moment) and
          `I9_ROSTERS`, which are side effects.
        - **Plot**: the shaped attack of the seed that found it; `NONE` is random chaos.
        - **Seeds**: how many runs of up to 500 events it took. It changes whenever the simulator learns a new fault.

        | mutation | the rule that it breaks | caught by | plot | seeds |
        |---|---|---|---|---:|
        """
            + String.join("\n", TABLE.values())
            + "\n\n"
            + TABLE.size()
            + " mutations.\n";
    Path target = Files.createDirectories(BASE.resolve("target")).resolve("mutations.md");
    Files.writeString(target, text);
    System.out.print(text);
  }
}

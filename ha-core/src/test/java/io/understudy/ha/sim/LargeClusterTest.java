package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;

/** Fifty members elect and heal within the bound that holds for five. */
@Tag("fault") // minutes
class LargeClusterTest {
  private static final int SEEDS = 200;
  private static final int MEMBERS = 50;
  private static final double LEASES = 6;

  private static final Simulation SIMULATION = Simulation.ofRecovery().ofSize(MEMBERS, LEASES);

  @Property(tries = SEEDS, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
  void fiftyMembersElectAndHealInTime(@ForAll(supplier = Seeds.class) long seed) {
    SIMULATION.check(seed);
  }

  @AfterContainer
  static void wasNotVacuous() {
    Tally tally = SIMULATION.tally();
    System.out.println(MEMBERS + " members: " + tally.summary());
    assertEquals(SEEDS, tally.recoveries, "not every seed came to its end");
    assertTrue(tally.elections > SEEDS, "hardly any elections");
    assertTrue(tally.of(Fault.CRASH) > SEEDS, "hardly any crashes");
    // Three times as many are usual. Few of them are healed by themselves: a recovery heals the
    // rest.
    assertTrue(partitions(tally) > SEEDS / 4, "hardly any partitions: " + partitions(tally));
  }

  private static long partitions(Tally tally) {
    return Stream.of(Fault.SPLIT, Fault.ONE_WAY, Fault.LINK_CUT, Fault.PARTIAL)
        .mapToLong(tally::of)
        .sum();
  }
}

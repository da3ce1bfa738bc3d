package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.internal.election.RosterRules;
import org.junit.jupiter.api.Test;

/** Rosters change safely although what members hold travels in parts, one role in each. */
class InventoryPartsTest {
  private static final int SEEDS = 3_000;

  @Test
  void safetyHoldsWithOneRoleInAMessage() {
    Simulation simulation = Simulation.ofMutant(new OneRoleInAMessage());
    for (long seed = 1; seed <= SEEDS; seed++) {
      Violation violation = simulation.run(seed);
      if (violation != null) {
        throw new AssertionError(simulation.report(seed), violation);
      }
    }
    Tally tally = simulation.tally();
    System.out.println("inventories in parts: " + tally.summary());
    assertTrue(tally.rosters > tally.seeds, "hardly any change of a roster");
  }

  /** No bug. */
  private static final class OneRoleInAMessage implements Mutation {
    @Override
    public String name() {
      return "ONE_ROLE_IN_A_MESSAGE";
    }

    @Override
    public String rule() {
      return "";
    }

    @Override
    public Plot.Kind provokedBy() {
      return Plot.Kind.ROSTER;
    }

    @Override
    public RosterRules rosterRules() {
      return new RosterRules() {
        @Override
        public int namesInOneMessage() {
          return 1;
        }
      };
    }
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.runtime.ClockWatch.Reading;
import io.understudy.ha.internal.runtime.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A bug, put around a machine from outside: it rewrites what goes in and what comes out. Enums of
 * this type are found by {@link Mutations}.
 */
interface Mutation {
  /** Its name; enums have one. */
  String name();

  /** The rule that it breaks, as one sentence that is true of the healthy machine. */
  String rule();

  /** The plot without which it would take very long to meet this bug; null if any seed will do. */
  default Plot.@Nullable Kind provokedBy() {
    return null;
  }

  /** Whether it costs leaders and not safety, so that faults must stop for it to show. */
  default boolean shownByRecovery() {
    return false;
  }

  /**
   * Whether what a seed broke shows this bug. Any invariant does, unless the first one that breaks
   * is a side effect and says nothing of what the rule is for.
   */
  default boolean isShownBy(Invariant broken) {
    return true;
  }

  /** What a life believes to find on its disk. */
  default Boot boot(Boot boot) {
    return boot;
  }

  /** By which rules the roster is changed. */
  default RosterRules rosterRules() {
    return new RosterRules();
  }

  /** What both clocks show. */
  default Reading reading(Reading right) {
    return right;
  }

  /** A lease or permit on both clocks. */
  default Lease lease(Lease right, Reading now) {
    return right;
  }

  /** What is wrong with this machine. */
  static Mutation of(Machine machine) {
    return machine instanceof Mutant mutant ? mutant.bug() : Nothing.IS_WRONG;
  }

  /** No bug. */
  enum Nothing implements Mutation {
    IS_WRONG;

    @Override
    public String rule() {
      return "";
    }
  }

  /** The state in which a life begins. */
  default RoleState started(RoleState state) {
    return state;
  }

  /** What happens, as the machine is told it. */
  default Input input(RoleState state, Input input, long now) {
    return input;
  }

  /** The state before a step, as the machine sees it. */
  default RoleState before(RoleState state, Input input, long now) {
    return state;
  }

  /** What comes of a step that began with {@code state}. */
  default Step after(RoleState state, Input input, Step step, long now) {
    return step;
  }
}

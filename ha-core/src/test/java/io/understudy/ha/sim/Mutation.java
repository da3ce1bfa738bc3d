package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Step;
import org.jspecify.annotations.Nullable;

/** A bug, put around a machine from outside: it rewrites what goes in and what comes out. */
interface Mutation {
  /** The plot without which it would take very long to meet this bug; null if any seed will do. */
  default Plot.@Nullable Kind provokedBy() {
    return null;
  }

  /** What a life believes to find on its disk. */
  default Boot boot(Boot boot) {
    return boot;
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

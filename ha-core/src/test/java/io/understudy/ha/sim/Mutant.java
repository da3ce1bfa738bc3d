package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Machine;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Settings;
import io.understudy.ha.internal.election.Step;

/** A machine with a bug. */
record Mutant(Machine healthy, Mutation bug) implements Machine {
  @Override
  public Step start(Settings settings, Boot boot, long nowNanos) {
    Step first = healthy.start(settings, bug.boot(boot), nowNanos);
    return new Step(bug.started(first.next()), first.outputs(), first.wakeAtNanos());
  }

  @Override
  public Step step(RoleState state, Input input, long nowNanos) {
    Input told = bug.input(state, input, nowNanos);
    Step step = healthy.step(bug.before(state, told, nowNanos), told, nowNanos);
    return bug.after(state, told, step, nowNanos);
  }
}

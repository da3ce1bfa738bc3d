package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Step;
import java.util.ArrayList;
import java.util.List;

/** What goes wrong when the order of a step's outputs is taken lightly. */
enum RuntimeBug implements Mutation {
  SENT_BEFORE_STORED("What a member says depends on nothing that is not on its disk.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      List<Output> outputs = new ArrayList<>(step.outputs());
      outputs.sort((a, b) -> Boolean.compare(b instanceof Output.Send, a instanceof Output.Send));
      return new Step(step.next(), outputs, step.wakeAtNanos());
    }
  },

  ANNOUNCED_BEFORE_STORED("Nobody is told of a leadership that is not on the disk.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      List<Output> outputs = new ArrayList<>(step.outputs());
      outputs.sort(
          (a, b) -> Boolean.compare(b instanceof Output.Elected, a instanceof Output.Elected));
      return new Step(step.next(), outputs, step.wakeAtNanos());
    }
  };

  private final String rule;

  RuntimeBug(String rule) {
    this.rule = rule;
  }

  @Override
  public String rule() {
    return rule;
  }
}

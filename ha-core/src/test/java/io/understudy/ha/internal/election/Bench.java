package io.understudy.ha.internal.election;

import java.util.List;
import java.util.Map;

/** One machine, taken by hand from step to step. */
final class Bench {
  private final RoleMachine machine = new RoleMachine();
  private List<Output> outputs = List.of();
  private long wakeAt;
  private RoleState state;

  /** In a directory that was founded, and running for its role. */
  Bench(Settings settings) {
    Founding founding =
        new Founding(Map.of(settings.self().member(), settings.self().incarnation()), true);
    state = machine.start(settings, new Boot.Fresh(founding), 0).next();
    step(new Input.Candidacy(true, List.of()), 0);
  }

  void receive(Life from, Message message, long now) {
    long stamp = state.settings().roster().stamp();
    step(new Input.Received(new Envelope("main", from, Life.ANY, stamp, message)), now);
  }

  void step(Input input, long now) {
    Step step = machine.step(state, input, now);
    state = step.next();
    outputs = step.outputs();
    wakeAt = step.wakeAtNanos();
  }

  RoleState state() {
    return state;
  }

  /** What came of the last step. */
  List<Output> outputs() {
    return outputs;
  }

  /** When the machine wants to be woken. */
  long wakeAt() {
    return wakeAt;
  }

  /** The messages of this kind that the last step sent. */
  <T extends Message> List<T> sent(Class<T> type) {
    return outputs.stream()
        .filter(Output.Send.class::isInstance)
        .map(output -> ((Output.Send) output).message())
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }
}

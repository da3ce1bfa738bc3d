package io.understudy.ha.internal.election;

/** A pure election machine: what the runtime and the simulator drive. */
public interface Machine {
  /** The state of a new life. */
  Step start(Settings settings, Boot boot, long nowNanos);

  /**
   * One step: a function of its arguments.
   *
   * @param state the state before
   * @param input what happened
   * @param nowNanos the life's monotonic clock
   * @return the state after, and what to do
   */
  Step step(RoleState state, Input input, long nowNanos);
}

package io.understudy.ha.internal.exclusion;

/** Decides when a new leader begins. There is one, {@link ExclusionMachine}; tests break it. */
public interface Exclusion {
  /**
   * Decides.
   *
   * @param state the state before
   * @param input what happened
   * @param nowNanos the monotonic time
   * @return the state after, and what to do
   */
  ExclusionStep step(ExclusionState state, ExclusionInput input, long nowNanos);
}

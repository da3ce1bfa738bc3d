package io.understudy.ha.internal.exclusion;

import io.understudy.ha.internal.election.Life;

/** What an {@link ExclusionMachine} wants done, in order. */
public sealed interface ExclusionOutput {
  /** Put this member's name into the register; answer by {@link ExclusionInput.Committed}. */
  record Mark() implements ExclusionOutput {}

  /** Take it out; answer by {@link ExclusionInput.Committed}. */
  record Clear() implements ExclusionOutput {}

  /** Nobody else is at work: tell the application if it was not told, and start the group. */
  record Begin() implements ExclusionOutput {}

  /** Whatever waited for the stop may happen: the role may move. */
  record Cleared() implements ExclusionOutput {}

  /** Have that life fenced. */
  record Fence(Life target, long epoch, String reason) implements ExclusionOutput {}

  /**
   * What this member waits for before it works.
   *
   * @param reason for people; empty if it waits no longer
   */
  record Waiting(String reason) implements ExclusionOutput {}
}

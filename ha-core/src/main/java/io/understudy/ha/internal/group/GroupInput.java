package io.understudy.ha.internal.group;

/** What can happen to a {@link GroupMachine}. */
public sealed interface GroupInput {
  /** Time has passed; send when the machine's wake-up time has come. */
  record Tick() implements GroupInput {}

  /**
   * This member leads the role.
   *
   * @param epoch greater than that of any earlier one
   */
  record Led(long epoch) implements GroupInput {}

  /**
   * This member leads the role no longer. Never follows on {@link GroupOutput.Halt}.
   *
   * @param endedNanos when the lease ended: the time to stop runs from then on
   */
  record Lost(long endedNanos) implements GroupInput {}

  /** Somebody wants the role to move: stop while it is still led, then say so. */
  record Yield() implements GroupInput {}

  /** A call has returned in good order. */
  record Done(long call) implements GroupInput {}

  /** A call has failed. */
  record Failed(long call, String reason) implements GroupInput {}

  /** An operator has mended what failed. */
  record ResetFailures() implements GroupInput {}

  /** Nothing is to be restarted or moved for a while; what fails is told. */
  record Maintenance(boolean on) implements GroupInput {}
}

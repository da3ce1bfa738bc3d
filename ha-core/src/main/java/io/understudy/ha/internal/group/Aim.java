package io.understudy.ha.internal.group;

/** What a group is about to reach. */
public sealed interface Aim {
  /** Everything stopped; and it stays so. */
  record Rest() implements Aim {}

  /** The role is led, but its group has not begun: maintenance. Everything is stopped. */
  record Hold() implements Aim {}

  /** Everything started, and watched. */
  record Run() implements Aim {}

  /**
   * Stopped down to a resource, then {@link Run}.
   *
   * @param floor the index of the first resource to stop; those before it go on
   */
  record Restart(int floor) implements Aim {}

  /**
   * Everything stopped while the role is still led; then it is given up.
   *
   * @param reason why, as people are told; empty if somebody asked for it
   */
  record GiveUp(String reason) implements Aim {}

  /** Everything stopped, because the role is led no longer; then {@link Rest}. */
  record Clear() implements Aim {}
}

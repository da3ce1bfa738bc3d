package io.understudy.ha.internal.election;

import java.util.List;

/**
 * The result of one step.
 *
 * @param next the state after it
 * @param outputs what to do, in order
 * @param wakeAtNanos when the machine wants a {@link Input.Tick} at the latest, on the clock of
 *     {@code now}; {@link #NEVER} if it waits for something else
 */
public record Step(RoleState next, List<Output> outputs, long wakeAtNanos) {
  /** No wake-up wanted. */
  public static final long NEVER = Long.MAX_VALUE;
}

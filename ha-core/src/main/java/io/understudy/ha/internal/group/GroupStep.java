package io.understudy.ha.internal.group;

import java.util.List;

/**
 * The result of one step.
 *
 * @param next the state after it
 * @param outputs what to do, in order
 * @param wakeAtNanos when the machine wants a {@link GroupInput.Tick} at the latest; {@link #NEVER}
 *     if it waits for something else
 */
public record GroupStep(GroupState next, List<GroupOutput> outputs, long wakeAtNanos) {
  /** No wake-up wanted. */
  public static final long NEVER = Long.MAX_VALUE;
}

package io.understudy.ha.internal.exclusion;

import java.util.List;

/**
 * The result of one step.
 *
 * @param next the state after it
 * @param outputs what to do, in order
 * @param wakeAtNanos when the machine wants a {@link ExclusionInput.Tick} at the latest; {@link
 *     #NEVER} if it waits for something else
 */
public record ExclusionStep(ExclusionState next, List<ExclusionOutput> outputs, long wakeAtNanos) {
  /** No wake-up wanted. */
  public static final long NEVER = Long.MAX_VALUE;

  /** The earlier of two times, each of which may be {@link #NEVER}. */
  public static long earlier(long one, long other) {
    if (one == NEVER || other == NEVER) {
      return one == NEVER ? other : one;
    }
    return one - other < 0 ? one : other;
  }
}

package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import java.util.List;

/**
 * The result of one step.
 *
 * @param next the state after it
 * @param mayRun whether this member may run for the role. A leader may as long as it leads: it
 *     leaves by what is decided, in good order
 * @param whyNot why it may not; empty if it may
 * @param order who should lead, best first
 * @param decision what to do
 * @param wakeAtNanos when to look again at the latest; {@link #NEVER} if only other facts matter
 */
public record PlacementStep(
    PlacementState next,
    boolean mayRun,
    String whyNot,
    List<MemberId> order,
    Decision decision,
    long wakeAtNanos) {
  /** No time matters. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Copies. */
  public PlacementStep {
    order = List.copyOf(order);
  }
}

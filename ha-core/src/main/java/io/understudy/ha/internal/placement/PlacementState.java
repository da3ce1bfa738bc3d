package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one member remembers of one role's placement between two steps.
 *
 * @param readySince since when each member could lead without a break; only those that can
 * @param ledSinceNanos since when this member leads; {@link PlacementStep#NEVER} if it does not
 * @param excludedSinceNanos since when it leads although something excludes it; {@link
 *     PlacementStep#NEVER} if nothing does
 * @param attempt the move under way
 * @param refusals moves that were refused, by the member that should have led; those to give the
 *     role up by this member
 * @param inVain moves that were accepted, and whose successor did not lead then, by that successor
 */
public record PlacementState(
    Map<MemberId, Long> readySince,
    long ledSinceNanos,
    long excludedSinceNanos,
    @Nullable Attempt attempt,
    Map<MemberId, Refusal> refusals,
    Map<MemberId, Refusal> inVain) {
  /** Nothing is known yet. */
  public static final PlacementState NEW =
      new PlacementState(
          Map.of(), PlacementStep.NEVER, PlacementStep.NEVER, null, Map.of(), Map.of());

  /** Copies. */
  public PlacementState {
    readySince = Map.copyOf(readySince);
    refusals = Map.copyOf(refusals);
    inVain = Map.copyOf(inVain);
  }

  /** As if the move under way had not been decided. */
  public PlacementState withoutAttempt() {
    return new PlacementState(
        readySince, ledSinceNanos, excludedSinceNanos, null, refusals, inVain);
  }

  /**
   * A move under way.
   *
   * @param to who is to lead; this member if the role is given up
   * @param sinceNanos since when
   */
  public record Attempt(MemberId to, long sinceNanos) {}

  /**
   * What is known of failed moves to one member.
   *
   * @param count how many in a row
   * @param untilNanos no other is tried before that
   * @param reason of the last
   */
  public record Refusal(int count, long untilNanos, String reason) {}
}

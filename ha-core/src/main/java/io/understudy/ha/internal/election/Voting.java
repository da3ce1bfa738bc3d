package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Message.StateReply;
import java.util.Map;

/** Whether a member votes. */
public sealed interface Voting {
  /** It votes. */
  record Ready() implements Voting {}

  /**
   * It restarted and no longer knows whom it promised; nothing shortens the wait. It acknowledges
   * heartbeats meanwhile, because its epoch was stored before it ever promised.
   */
  record Abstaining(long untilNanos) implements Voting {}

  /**
   * It has no state and cannot tell a first start from a lost disk: it neither votes nor
   * acknowledges.
   *
   * @param directoryEmpty whether its whole directory was empty at start and still is
   * @param readyToJoinNanos when the promises of a forgotten life have run out; only what others
   *     say after that counts for catching up
   * @param round the number of the running inquiry
   * @param roundBeganNanos when it began
   * @param answers the answers to it
   * @param empties the lives that all were empty in the round before, to be confirmed by this one;
   *     empty if there is nothing to confirm
   */
  record Uninformed(
      boolean directoryEmpty,
      long readyToJoinNanos,
      long round,
      long roundBeganNanos,
      Map<MemberId, Heard> answers,
      Map<MemberId, Long> empties)
      implements Voting {}

  /** An answer and the life that gave it. */
  record Heard(Life from, StateReply reply) {}
}

package io.understudy.ha.internal.exclusion;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceResult;
import org.jspecify.annotations.Nullable;

/** What can happen to an {@link ExclusionMachine}. */
public sealed interface ExclusionInput {
  /** Time has passed; send when the machine's wake-up time has come. */
  record Tick() implements ExclusionInput {}

  /**
   * This member leads the role, and its register is committed in its epoch.
   *
   * @param self its present life
   * @param epoch greater than that of any earlier one
   * @param work what the register says; null for nobody
   * @param proofs what is known already of the end of that work
   */
  record Won(Life self, long epoch, @Nullable Work work, Proofs proofs) implements ExclusionInput {}

  /** This member leads the role no longer. */
  record Lost() implements ExclusionInput {}

  /** What was last written into the register is committed. */
  record Committed() implements ExclusionInput {}

  /** The group has stopped in good order, while the role is still led. */
  record Stopped() implements ExclusionInput {}

  /** The role did not move after all: the group is to go on. */
  record GoOn() implements ExclusionInput {}

  /**
   * A member says what is not at work any more; see {@link StoppedThrough}.
   *
   * @param member the member
   * @param throughEpoch nothing of its leaderships up to this one is at work
   */
  record Told(MemberId member, long throughEpoch) implements ExclusionInput {}

  /**
   * A member that runs says that it has not declared the role, or that it has. It cannot stop what
   * an earlier life left, and says nothing of it; people must know.
   *
   * @param member the member
   * @param undeclared whether it runs without the role
   */
  record Undeclared(MemberId member, boolean undeclared) implements ExclusionInput {}

  /** The process of that life has ended. */
  record Died(Life life) implements ExclusionInput {}

  /**
   * A fence hook has answered.
   *
   * @param target the life that was to be fenced
   * @param startedNanos when the hook was called
   * @param scope what a confirmation means
   * @param result the answer
   */
  record FenceAnswered(Life target, long startedNanos, FenceHook.Scope scope, FenceResult result)
      implements ExclusionInput {}

  /** An operator says that this life's machine is off, or nothing of the role left there. */
  record Confirmed(Life life) implements ExclusionInput {}
}

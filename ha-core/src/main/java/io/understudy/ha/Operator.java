package io.understudy.ha;

import java.util.concurrent.CompletionStage;

/**
 * The operations of a node in the name of whoever asks for them: every one is told as {@link
 * HaEvent.Operation} when it is asked for and when it is done or refused, with that name.
 * Threadsafe; no method blocks. What cannot be done fails the stage with {@link
 * OperationRefusedException}.
 */
public interface Operator {
  /**
   * Gives a role up to a named member. See {@link Role#handOver}.
   *
   * @param role a role that was declared here
   * @param successor who shall lead
   * @return completes when this member has seen the successor lead
   */
  CompletionStage<LeaderInfo> handOver(String role, MemberId successor);

  /**
   * Gives a role up to whoever takes it. See {@link Role#resign}.
   *
   * @param role a role that was declared here
   * @return completes when the leadership has ended
   */
  CompletionStage<Void> resign(String role);

  /**
   * Takes this member out of the running, or back in. See {@link HaNode#standby}.
   *
   * @param on whether to be on standby
   * @return completes when the member knows it; what it leads stops and moves after that
   */
  CompletionStage<Void> standby(boolean on);

  /**
   * Begins or ends maintenance of the whole cluster. See {@link HaNode#maintenance}.
   *
   * @param on whether nothing is to change
   * @return completes when it counts at this member; the others hear of it after that
   */
  CompletionStage<Void> maintenance(boolean on);

  /**
   * Forgets the failures of a role's resources at this member. See {@link Role#resetFailCount}.
   *
   * @param role a role that was declared here
   * @return completes when they are forgotten
   */
  CompletionStage<Void> resetFailCount(String role);

  /**
   * Changes the roster while the cluster runs. See {@link HaNode#roster}.
   *
   * @return the changes, in the same name
   * @throws UnsupportedOperationException if this node does not change rosters
   */
  default RosterAdmin roster() {
    throw new UnsupportedOperationException("this node does not change rosters");
  }

  /**
   * Tells this member that another one is off. See {@link HaNode#confirmFenced}.
   *
   * @param member the member that is off, for certain
   * @return completes when the member acts on it; refused if it is this member, a stranger for
   *     whose work no role waits, or if this member has not listened for a whole lease, since it
   *     started or was paused, and heard nothing of that member
   */
  CompletionStage<Void> confirmFenced(MemberId member);

  /**
   * Tells this member that nothing of one role is left at work at another member: somebody has
   * looked. For a member that runs, too: one that restarted without declaring the role stops
   * nothing of it. Only the role named, and only this member's wait for the work that the role's
   * register names, ends by it; no election hears of it, and no other role. So say it at the member
   * that leads the role and waits. A word and no proof: if something is at work there after all,
   * two members work at the same time. Not durable.
   *
   * @param role a role that was declared here, with a {@link Takeover} that waits
   * @param member the member at which nothing of the role is at work
   * @return completes when the member acts on it; refused if it is this member, the role's register
   *     does not name it, or it says that it has declared the role: then it speaks for itself. Also
   *     while it is heard and has not said yet whether it has, and within a lease after this member
   *     started or was paused
   */
  CompletionStage<Void> confirmStopped(String role, MemberId member);
}

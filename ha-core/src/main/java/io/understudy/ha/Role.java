package io.understudy.ha;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** A named job that at most one member holds, seen from this member. Threadsafe. */
public interface Role {
  /**
   * The name.
   *
   * @return the role's name
   */
  String name();

  /**
   * Whether this member leads the role now. Takes no lock, allocates nothing.
   *
   * @return true while {@link #leadership()} is present and valid
   */
  boolean isLeader();

  /**
   * The leadership that this member holds.
   *
   * @return the valid leadership, or empty
   */
  Optional<Leadership> leadership();

  /**
   * Who leads, as far as this member knows: from the last heartbeat it received, for as long as its
   * promise to that leader runs.
   *
   * @return the leader, or empty if none is known
   */
  Optional<LeaderInfo> leader();

  /**
   * Waits until this member leads.
   *
   * @param timeout how long to wait at most
   * @return the leadership, valid at the moment of return
   * @throws InterruptedException if the calling thread is interrupted
   * @throws TimeoutException if the member does not lead in time; the message names the known
   *     leader
   */
  Leadership awaitLeadership(Duration timeout) throws InterruptedException, TimeoutException;

  /**
   * Gives the role up; another member takes it. This member stands back for one lease, then
   * campaigns again like everybody.
   *
   * @return completes when the leadership has ended; fails with {@link OperationRefusedException}
   */
  CompletionStage<Void> resign();

  /**
   * Gives the role up to a named member.
   *
   * @param successor who shall lead
   * @return completes when this member has seen the successor lead. Fails with {@link
   *     OperationRefusedException} when refused, in which case this member still leads; and with
   *     {@link OperationRefusedException.Cause#NOT_ELECTED} when the role was given up and another
   *     member leads, this one perhaps, or nobody does ten leases later. The resources stop before
   *     that, within their own time
   */
  CompletionStage<LeaderInfo> handOver(MemberId successor);

  /**
   * Forgets the failures of the role's resources at this member, so that it may lead again. An
   * operator's word that what failed is mended. Returns at once.
   */
  void resetFailCount();

  /**
   * The role's register.
   *
   * @return the register
   */
  RoleRegister register();
}

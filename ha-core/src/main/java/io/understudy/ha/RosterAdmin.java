package io.understudy.ha;

import java.util.concurrent.CompletionStage;

/**
 * Changes the roster while the cluster runs. Any member may be asked: it passes the wish on to the
 * member that keeps the roster, and to its successor if that one fails. Threadsafe.
 *
 * <p>The votes change by one at a time, each step is committed by a quorum of the new roster, and
 * one promise (about 1.2 leases) lies between two steps. A member that gets its first vote must
 * know all that the others know, so it must run by then; until it does the change waits, and {@link
 * #cancel()} ends the waiting. One change is under way at a time.
 *
 * <p>The stages complete when the last step is committed, or exceptionally with an {@link
 * OperationRefusedException}: {@code UNKNOWN_MEMBER}, {@code OTHER_KIND}, {@code NOBODY_LEFT},
 * {@code ROSTER_TOO_LARGE}, {@code BUSY}, {@code IDLE}, {@code CANCELLED}, {@code NO_SUCCESSOR},
 * {@code NO_THIRD_VOTE}, {@code UNSUPPORTED}, {@code CLOSED}. Without a quorum they never complete
 * by themselves: use {@code orTimeout}. What has been wished may come true all the same. A wish
 * ends with the process of the member that was asked: look at the status and wish again. {@link
 * NodeStatus#roster()} says what a change waits for.
 *
 * <p>A change that would leave two voting members alone, with as many votes each and without a
 * witness, is refused ({@code NO_THIRD_VOTE}) for want of a fence hook of scope PROCESS or MACHINE,
 * like such a configuration. The member that keeps the roster decides, one of the two; it knows its
 * own hook alone, and takes it that the other one has the same. If that has none, its status warns.
 * To replace one of three members add the new one first. To get from one member to three give the
 * first one two votes for the meantime.
 *
 * <p>The configuration of the members should follow: the durable roster wins over the configured
 * one, but a member that comes with an empty directory has nothing else to go by. A member whose
 * configured roster consists of itself alone would found a cluster of its own after the loss of its
 * disk.
 */
public interface RosterAdmin {
  /**
   * Adds a member, first without a vote. Start it when it is in the roster; it gets its votes when
   * it has caught up.
   *
   * @param member the entry; if the member is there already its votes are changed
   * @return done when it has its votes
   */
  CompletionStage<Void> add(RosterMember member);

  /**
   * Removes a member, vote by vote. What it leads it hands over. The last member that votes or that
   * may lead cannot be removed.
   *
   * @param member the member; it may be dead
   * @return done when it is out of the roster
   */
  CompletionStage<Void> remove(MemberId member);

  /**
   * Changes the votes of a member.
   *
   * @param member the member
   * @param votes 0 to 100
   * @return done when it has as many
   */
  CompletionStage<Void> votes(MemberId member, int votes);

  /**
   * Gives up the change that is under way. What is committed stays; what is not is taken back.
   *
   * @return done when it is given up
   */
  CompletionStage<Void> cancel();
}

package io.understudy.ha;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Something that happened, as this member saw it. State changes first, the event comes after.
 * Events of one member are delivered in order, on one thread that is never the election thread.
 */
public sealed interface HaEvent {
  /**
   * When it happened.
   *
   * @return wall clock time, for people; decisions never depend on it
   */
  Instant time();

  /**
   * The node started and takes part.
   *
   * @param time when
   * @param member this member
   * @param cluster the cluster's name
   * @param incarnation this life of the member, in hexadecimal
   */
  record Started(Instant time, MemberId member, String cluster, String incarnation)
      implements HaEvent {}

  /**
   * The set of members that this one sees changed. Evidence, never a verdict.
   *
   * @param time when
   * @param members who is seen now, this member included, sorted
   */
  record ViewChanged(Instant time, List<MemberId> members) implements HaEvent {}

  /**
   * The member hears a quorum of the roster's votes, or no longer does.
   *
   * @param time when
   * @param held whether a quorum is heard
   */
  record QuorumChanged(Instant time, boolean held) implements HaEvent {}

  /**
   * This member leads a role.
   *
   * @param time when
   * @param role the role
   * @param epoch the epoch
   */
  record Elected(Instant time, String role, long epoch) implements HaEvent {}

  /**
   * This member leads a role no longer.
   *
   * @param time when
   * @param role the role
   * @param epoch the epoch that ended
   * @param reason why
   */
  record Revoked(Instant time, String role, long epoch, RevokeReason reason) implements HaEvent {}

  /**
   * The known leader of a role changed.
   *
   * @param time when
   * @param role the role
   * @param leader who leads now, or empty if nobody is known to
   */
  record LeaderChanged(Instant time, String role, Optional<LeaderInfo> leader) implements HaEvent {}

  /**
   * A register value is known to be committed.
   *
   * @param time when
   * @param role the role
   * @param value the value
   */
  record RegisterCommitted(Instant time, String role, RegisterValue value) implements HaEvent {}

  /**
   * The member does not vote yet, or votes again.
   *
   * @param time when
   * @param role the role
   * @param waiting whether it waits
   * @param reason for what and for whom it waits, and how an operator can end it
   */
  record VoterWaiting(Instant time, String role, boolean waiting, String reason)
      implements HaEvent {}

  /**
   * The member stopped voting and leading because of a fault of its own, or takes part again.
   *
   * @param time when
   * @param inService whether it takes part
   * @param reason what failed, with numbers, and what to do
   */
  record ServiceChanged(Instant time, boolean inService, String reason) implements HaEvent {}

  /**
   * The cluster will not have this member: it has another secret or other time values, or its id is
   * in use. The node takes no part from here on; close it, mend the configuration and start again.
   *
   * @param time when
   * @param reason what was found and what to do, one sentence
   */
  record Refused(Instant time, String reason) implements HaEvent {}

  /**
   * The node was closed; the last event.
   *
   * @param time when
   */
  record Stopped(Instant time) implements HaEvent {}
}

package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RevokeReason;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link RoleMachine} wants done. The runtime executes outputs in order: nothing after a
 * {@link Store} or {@link Found} happens before it is durable, and if storing fails nothing after
 * it happens.
 */
public sealed interface Output {
  /** Make the role's ballot durable. */
  record Store(Ballot ballot) implements Output {}

  /**
   * Make the ballot durable and, if its founding is one of directories, record that for the whole
   * directory in the same write; then tell the other machines by {@link Input.Founded}.
   */
  record Found(Ballot ballot) implements Output {}

  /** Send a message, best effort. */
  record Send(MemberId to, long toIncarnation, Message message) implements Output {}

  /** This member leads from now until the lease ends: open the gate, tell people. */
  record Elected(long epoch, long leaseUntilNanos) implements Output {}

  /** The lease now ends later. */
  record Extend(long epoch, long leaseUntilNanos) implements Output {}

  /**
   * This member does not lead this epoch: close the gate, tell people. May come without {@link
   * Elected} when the leadership ended before the register was committed; then there is nobody to
   * tell.
   */
  record Revoked(long epoch, RevokeReason reason) implements Output {}

  /** The leader as this member sees it; null when unknown. */
  record LeaderSeen(@Nullable Life leader, long epoch) implements Output {}

  /** This register value is known to be committed. */
  record Committed(RegisterValue value) implements Output {}

  /** This member may act on the committed value until then. */
  record Permit(RegisterVersion version, long untilNanos) implements Output {}

  /** This member may not act on the committed value any more: a newer one is on its way. */
  record PermitEnded() implements Output {}

  /** Nobody can still act on a value older than this one. Only at the leader. */
  record Settled(RegisterVersion version) implements Output {}

  /** The outcome of a request; {@code version} is set for an accepted write. */
  record Answer(long request, Outcome outcome, @Nullable RegisterVersion version)
      implements Output {}

  /** The voter waits, or votes again. */
  record Waiting(boolean waiting, String reason) implements Output {}

  /**
   * Have that life fenced. Said again from time to time until the hook has answered; one call at a
   * time is enough.
   */
  record Fence(Life target, long epoch, String reason) implements Output {}

  /**
   * Why this member, one of two, cannot lead without the other; empty when it no longer needs it.
   */
  record PeerMissing(String reason) implements Output {}

  /** Another roster is in force at this member. */
  record RosterInForce(Roster roster) implements Output {}

  /** A roster of the same version and another content was met: a mistake in a configuration. */
  record RosterConflict(Life from, Roster theirs) implements Output {}

  /** The outcome of a wish for another roster; {@code refusal} is null if it came true. */
  record RosterAnswer(long request, RosterStep.@Nullable Refusal refusal, String text)
      implements Output {}

  /** How a request ended. */
  enum Outcome {
    /** Done, or accepted. */
    DONE,
    /** This member does not lead. */
    NOT_LEADER,
    /** The successor is not in the roster, may not lead, or is this member. */
    UNKNOWN_MEMBER,
    /** The successor has not acknowledged within the last lease, or is known to be gone. */
    UNREACHABLE,
    /** The successor may not lead at present. */
    INELIGIBLE
  }
}

package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.internal.election.Message.Resignation;
import io.understudy.ha.internal.election.Output.Answer;
import io.understudy.ha.internal.election.Output.Outcome;
import io.understudy.ha.internal.election.Standing.Follower;
import io.understudy.ha.internal.election.Standing.Leader;
import io.understudy.ha.internal.election.Standing.Peer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a leadership ends: its lease runs out, somebody else leads, or it is asked to resign or to
 * hand over. Always the gate first, then the resignation, with an invitation to whoever could take
 * over at once.
 */
final class Departure {
  private Departure() {}

  /** The lease has ended: over at once, with no message needed; the others are let go. */
  static void expire(Turn turn, Leader leader) {
    revoke(turn, leader, RevokeReason.LEASE_EXPIRED);
    leave(turn, null, turn.stepNanos);
  }

  /** Somebody else leads in this epoch or above, so the lease is long over. */
  static void yieldTo(Turn turn) {
    if (turn.standing instanceof Leader leader) {
      revoke(turn, leader, RevokeReason.SUPERSEDED);
      leave(turn, null, turn.stepNanos);
    }
  }

  /** The roster in force does not let it lead. */
  static void leaveRoster(Turn turn, Leader leader) {
    revoke(turn, leader, RevokeReason.INELIGIBLE);
    leave(turn, bestSuccessor(turn, leader), turn.times().leaseNanos());
  }

  /** Hands over to whoever could take over at once; goes on if nobody could. */
  static void stepAside(Turn turn) {
    if (turn.standing instanceof Leader leader) {
      MemberId successor = bestSuccessor(turn, leader);
      if (successor != null) {
        revoke(turn, leader, RevokeReason.HANDED_OVER);
        leave(turn, successor, turn.times().leaseNanos());
      }
    }
  }

  /** Who could take over at once, the best-placed first; null if nobody could. */
  private static @Nullable MemberId bestSuccessor(Turn turn, Leader leader) {
    return leader.peers().entrySet().stream()
        .filter(entry -> turn.roster().mayLead(entry.getKey()))
        .filter(entry -> entry.getValue().electable() && isHeard(turn, entry.getValue()))
        .map(Map.Entry::getKey)
        .filter(turn.reachable::contains)
        .min(Ranking.order(turn.candidacy.preference()))
        .orElse(null);
  }

  /** It may not lead any more; the application said so. */
  static void standDown(Turn turn) {
    if (turn.standing instanceof Leader leader) {
      revoke(turn, leader, RevokeReason.INELIGIBLE);
      leave(turn, bestSuccessor(turn, leader), turn.stepNanos);
    }
  }

  /**
   * The application gives the role up, perhaps to a named member, or is told why that cannot be.
   */
  static void resign(Turn turn, Input.Resign resign) {
    Outcome outcome = judge(turn, resign.successor());
    if (outcome == Outcome.DONE) {
      Leader leader = (Leader) turn.standing;
      // Named by nobody, the best-placed is invited: else all would wait for this member's own
      // rank.
      MemberId named = resign.successor();
      revoke(turn, leader, resign.reason());
      leave(turn, named == null ? bestSuccessor(turn, leader) : named, turn.times().leaseNanos());
    }
    turn.out(new Answer(resign.request(), outcome, null));
  }

  private static Outcome judge(Turn turn, @Nullable MemberId successor) {
    if (!(turn.standing instanceof Leader leader)) {
      return Outcome.NOT_LEADER;
    }
    if (successor == null) {
      return Outcome.DONE;
    }
    Peer peer = leader.peers().get(successor);
    if (peer == null || !turn.roster().mayLead(successor)) {
      return Outcome.UNKNOWN_MEMBER;
    }
    if (!isHeard(turn, peer) || !turn.reachable.contains(successor)) {
      return Outcome.UNREACHABLE;
    }
    return peer.electable() ? Outcome.DONE : Outcome.INELIGIBLE;
  }

  private static boolean isHeard(Turn turn, Peer peer) {
    return peer.acknowledged() && turn.now - peer.ackedNanos() < turn.times().leaseNanos();
  }

  /** Closes the gate. */
  static void revoke(Turn turn, Leader leader, RevokeReason reason) {
    turn.out(new Output.Revoked(leader.epoch(), reason));
    turn.out(new Output.PermitEnded());
  }

  /** Tells the others, and does not campaign for a while. */
  private static void leave(Turn turn, @Nullable MemberId successor, long backoffNanos) {
    turn.forgetLeader();
    turn.releaseOwnPromise();
    turn.sendToOthers(new Resignation(turn.ballot.epoch(), successor));
    turn.standing = new Follower();
    turn.freeSinceNanos = turn.now + backoffNanos;
  }
}

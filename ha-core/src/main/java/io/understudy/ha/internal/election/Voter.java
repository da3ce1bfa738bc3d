package io.understudy.ha.internal.election;

import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Message.Canvass;
import io.understudy.ha.internal.election.Message.CanvassReply;
import io.understudy.ha.internal.election.Message.Heartbeat;
import io.understudy.ha.internal.election.Message.HeartbeatReply;
import io.understudy.ha.internal.election.Message.Resignation;
import io.understudy.ha.internal.election.Message.VoteReply;
import io.understudy.ha.internal.election.Message.VoteRequest;
import org.jspecify.annotations.Nullable;

/**
 * How a member answers others. Every rule that safety rests on is here or in {@link LeaderDuties}.
 */
final class Voter {
  private Voter() {}

  static void onCanvass(Turn turn, Life from, Canvass canvass) {
    canvass.evidence().forEach(turn::learn);
    boolean willing =
        turn.votes()
            && turn.roster().mayLead(from.member())
            && boundForNanos(turn, from) == 0
            && Campaign.makesRoom(turn, from);
    turn.reply(
        from,
        new CanvassReply(canvass.round(), willing, turn.ballot.epoch(), boundForNanos(turn, from)));
  }

  static void onVoteRequest(Turn turn, Life from, VoteRequest request) {
    request.evidence().forEach(turn::learn);
    Campaign.giveWay(turn, from, request.epoch());
    boolean granted = grants(turn, from, request.epoch());
    if (granted) {
      if (request.epoch() > turn.ballot.epoch()) {
        turn.store(turn.ballot.votingFor(request.epoch(), from));
      }
      turn.promise(from, request.epoch());
      Campaign.abandonCanvass(turn);
    }
    turn.reply(
        from,
        new VoteReply(
            request.epoch(),
            request.sentNanos(),
            granted,
            turn.ballot.epoch(),
            boundForNanos(turn, from),
            granted ? turn.ballot.register() : null));
  }

  private static boolean grants(Turn turn, Life from, long epoch) {
    if (!turn.votes() || !turn.roster().mayLead(from.member()) || turn.hasResigned(from, epoch)) {
      return false;
    }
    if (epoch < turn.ballot.epoch()) {
      return false;
    }
    if (epoch == turn.ballot.epoch() && !from.equals(turn.ballot.votedFor())) {
      return false;
    }
    return boundForNanos(turn, from) == 0;
  }

  /** How long this voter may not vote for {@code candidate}; 0 if it may. */
  private static long boundForNanos(Turn turn, Life candidate) {
    Promise promise = turn.promise;
    if (promise != null && promise.binds(turn.now) && !promise.to().equals(candidate)) {
      return promise.untilNanos() - turn.now;
    }
    return turn.voting instanceof Voting.Abstaining wait ? wait.untilNanos() - turn.now : 0;
  }

  static void onHeartbeat(Turn turn, Life from, Heartbeat heartbeat) {
    if (turn.voting instanceof Voting.Uninformed) {
      return; // an acknowledgement would lend it a vote that a forgotten life may have given away
    }
    if (turn.hasResigned(from, heartbeat.epoch())) {
      return; // overtaken by the resignation; a promise now would bind this voter to nobody
    }
    if (heartbeat.epoch() < turn.ballot.epoch()) {
      turn.reply(from, answer(turn, heartbeat, false));
      return;
    }
    // A leadership of this epoch was won by a quorum, so no lease can run on what binds this voter.
    Campaign.yieldToLeader(turn);
    Departure.yieldTo(turn);
    storeNews(turn, from, heartbeat);
    turn.promise(from, heartbeat.epoch());
    turn.invited = false;
    followIfAnnounced(turn, from, heartbeat);
    takePermit(turn, heartbeat);
    Fencing.metLeader(turn, from, heartbeat);
    turn.reply(from, answer(turn, heartbeat, true));
  }

  /**
   * A leader leads once the register is committed in its epoch; before that it only holds the
   * votes.
   */
  private static void followIfAnnounced(Turn turn, Life from, Heartbeat heartbeat) {
    if (heartbeat.committed().epoch() == heartbeat.epoch()) {
      turn.follow(from, heartbeat.epoch());
    } else {
      turn.forgetLeader();
    }
  }

  private static void storeNews(Turn turn, Life from, Heartbeat heartbeat) {
    Ballot changed = turn.ballot;
    if (heartbeat.epoch() > changed.epoch()) {
      changed = changed.votingFor(heartbeat.epoch(), from);
    }
    if (heartbeat.value() != null
        && heartbeat.value().version().isNewerThan(changed.register().version())) {
      changed = changed.holding(heartbeat.value());
      turn.out(new Output.PermitEnded());
    }
    if (!changed.equals(turn.ballot)) {
      turn.store(changed);
    }
  }

  /**
   * Another member holds this on disk. That is true for ever, so it is stored if it is newer, as if
   * the leader of that epoch had sent it; but it is no vote, and whom this voter would have voted
   * for in that epoch is unknown.
   */
  static void told(Turn turn, long epoch, RegisterValue register) {
    if (turn.voting instanceof Voting.Uninformed) {
      return; // what a quorum says informs it, not what one member says
    }
    long known = Math.max(epoch, register.version().epoch());
    turn.noteEpoch(known);
    if (turn.standing instanceof Standing.Leader leader) {
      if (register.version().epoch() <= leader.epoch()) {
        LeaderDuties.reelect(turn, leader, known); // a vote left over from a lost race
        return;
      }
      Departure.yieldTo(turn);
    }
    if (turn.standing instanceof Standing.Candidate candidate && known > candidate.poll().epoch()) {
      Campaign.withdraw(turn, candidate.poll().epoch(), turn.stepNanos);
    }
    Ballot changed = known > turn.ballot.epoch() ? turn.ballot.knowing(known) : turn.ballot;
    if (register.version().isNewerThan(changed.register().version())) {
      changed = changed.holding(register);
      turn.out(new Output.PermitEnded());
    }
    if (!changed.equals(turn.ballot)) {
      turn.store(changed);
    }
  }

  /**
   * The leader answered what this life sent at the echoed time, and vouches that nothing newer than
   * the committed value exists: so nobody acts on anything newer before a lease from then has run
   * out.
   */
  private static void takePermit(Turn turn, Heartbeat heartbeat) {
    RegisterVersion stored = turn.ballot.register().version();
    if (!stored.equals(heartbeat.committed())) {
      return;
    }
    turn.commit(turn.ballot.register());
    Message.@Nullable Echo echo = heartbeat.echo();
    if (echo != null
        && echo.incarnation() == turn.self().incarnation()
        && heartbeat.version().equals(stored)) {
      turn.out(new Output.Permit(stored, echo.sentNanos() + turn.times().leaseNanos()));
    }
  }

  private static HeartbeatReply answer(Turn turn, Heartbeat heartbeat, boolean accepted) {
    return new HeartbeatReply(
        heartbeat.epoch(),
        heartbeat.sentNanos(),
        accepted,
        turn.now,
        turn.ballot.register().version(),
        turn.ballot.epoch(),
        turn.isElectable() && turn.seesQuorum());
  }

  static void onResignation(Turn turn, Life from, Resignation resignation) {
    turn.learn(new Evidence.Resigned(from, resignation.epoch()));
    if (turn.isBound()) {
      return;
    }
    if (resignation.successor() == null) {
      // Whoever put off a campaign because of the resigned one need not wait any longer.
      turn.freeSinceNanos = earlier(turn.freeSinceNanos, turn.now);
    } else if (resignation.successor().equals(turn.self().member())) {
      turn.invited = turn.isElectable();
    } else {
      // The others leave the successor one round.
      turn.freeSinceNanos = turn.now + turn.times().roundNanos();
    }
  }

  private static long earlier(long a, long b) {
    return a - b < 0 ? a : b;
  }
}

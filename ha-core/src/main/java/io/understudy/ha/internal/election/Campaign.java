package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Message.Canvass;
import io.understudy.ha.internal.election.Message.CanvassReply;
import io.understudy.ha.internal.election.Message.Resignation;
import io.understudy.ha.internal.election.Message.VoteReply;
import io.understudy.ha.internal.election.Message.VoteRequest;
import io.understudy.ha.internal.election.Standing.Candidate;
import io.understudy.ha.internal.election.Standing.Canvassing;
import io.understudy.ha.internal.election.Standing.Follower;
import io.understudy.ha.internal.election.Standing.Leader;
import io.understudy.ha.internal.election.Standing.Poll;
import java.util.Set;

/** How a member tries to become leader: canvass first, so that nobody raises an epoch in vain. */
final class Campaign {
  private Campaign() {}

  /** What a member that does not lead does now. */
  static void act(Turn turn) {
    if (turn.standing instanceof Canvassing) {
      if (!mayCampaign(turn)) {
        retreat(turn, turn.stepNanos);
      }
    } else if (turn.standing instanceof Candidate candidate) {
      actAsCandidate(turn, candidate.poll());
    } else if (mayCampaign(turn) && turn.now - Ranking.campaignAtNanos(turn) >= 0) {
      begin(turn);
    }
  }

  /** What ran out of time is over. */
  static void expire(Turn turn) {
    if (turn.standing instanceof Canvassing canvassing && turn.now - canvassing.untilNanos() >= 0) {
      retreat(turn, turn.stepNanos);
    } else if (turn.standing instanceof Candidate candidate
        && turn.now - candidate.poll().untilNanos() >= 0) {
      withdraw(turn, candidate.poll().epoch(), turn.stepNanos);
    } else if (turn.standing instanceof Leader leader
        && leader.reelection() != null
        && turn.now - leader.reelection().untilNanos() >= 0) {
      LeaderDuties.dropReelection(turn, leader);
    }
  }

  /** Whether nothing but time keeps this member from a campaign. */
  static boolean mayCampaign(Turn turn) {
    return !turn.isBound() && turn.isElectable() && turn.seesQuorum();
  }

  private static void begin(Turn turn) {
    turn.attempts++;
    if (turn.invited) {
      turn.invited = false;
      nominate(turn);
      return;
    }
    MemberId self = turn.self().member();
    Fencing.asking(turn);
    turn.standing =
        new Canvassing(
            turn.attempts,
            turn.now + turn.times().retryNanos(),
            Set.of(self),
            Set.of(),
            Step.NEVER);
    turn.sendToOthers(new Canvass(turn.attempts, turn.evidence));
    if (turn.isQuorum(self::equals)) {
      nominate(turn);
    }
  }

  static void onCanvassReply(Turn turn, Life from, CanvassReply reply) {
    turn.noteEpoch(reply.epoch());
    if (!(turn.standing instanceof Canvassing asked) || reply.round() != asked.round()) {
      return;
    }
    Set<MemberId> willing = asked.willing();
    Set<MemberId> refused = asked.refused();
    long shortest = asked.shortestBoundNanos();
    if (reply.willing()) {
      willing = Turn.with(willing, from.member());
    } else {
      refused = Turn.with(refused, from.member());
      shortest = reply.boundForNanos() > 0 ? Math.min(shortest, reply.boundForNanos()) : shortest;
    }
    turn.standing = new Canvassing(asked.round(), asked.untilNanos(), willing, refused, shortest);
    if (turn.isQuorum(willing::contains)) {
      nominate(turn);
    } else if (isHopeless(turn, refused)) {
      // A promise may be released long before it ends, and asking binds nobody.
      retreat(turn, Math.max(turn.stepNanos, Math.min(shortest, turn.times().retryNanos())));
    }
  }

  /**
   * Who is gone will not answer: waiting for it would make a crossed race with one member down cost
   * a whole round. Giving up too early costs another campaign, never safety.
   */
  private static boolean isHopeless(Turn turn, Set<MemberId> refused) {
    MemberId self = turn.self().member();
    return !turn.isQuorum(
        m -> !refused.contains(m) && (m.equals(self) || turn.reachable.contains(m)));
  }

  /**
   * Whether this voter says yes to a canvass. It says so to one at a time, for a step: otherwise
   * two that ask at the same moment both find a quorum willing, and cross. Of two that ask each
   * other the better-placed one goes on.
   */
  static boolean makesRoom(Turn turn, Life from) {
    if (turn.standing instanceof Canvassing) {
      if (!Ranking.isBetter(turn, from.member())) {
        return false;
      }
      turn.standing = new Follower();
    }
    Promise given = turn.courtesy;
    if (given != null && given.binds(turn.now) && !given.to().equals(from)) {
      return false;
    }
    long until = turn.now + turn.stepNanos;
    turn.courtesy = new Promise(from, 0, until);
    if (until - turn.freeSinceNanos > 0) {
      turn.freeSinceNanos = until;
    }
    return true;
  }

  /** Back to following; the next campaign no sooner than in {@code backoffNanos}. */
  private static void retreat(Turn turn, long backoffNanos) {
    turn.standing = new Follower();
    turn.freeSinceNanos = turn.now + backoffNanos + Ranking.jitter(turn, turn.stepNanos);
  }

  static void abandonCanvass(Turn turn) {
    turn.invited = false;
    if (turn.standing instanceof Canvassing) {
      turn.standing = new Follower();
    }
  }

  /** Raises the epoch and asks for votes, its own first: stored before anybody is asked. */
  private static void nominate(Turn turn) {
    Poll poll = openPoll(turn);
    turn.standing = new Candidate(poll);
    if (turn.isQuorum(poll.granted()::contains)) {
      LeaderDuties.begin(turn, poll);
    }
  }

  static Poll openPoll(Turn turn) {
    long epoch = Math.max(turn.highestEpoch, turn.ballot.epoch()) + 1;
    turn.store(turn.ballot.votingFor(epoch, turn.self()));
    turn.promise(turn.self(), epoch);
    turn.sendToOthers(new VoteRequest(epoch, turn.now, turn.evidence));
    return new Poll(
        epoch,
        turn.now,
        turn.now + turn.times().roundNanos(),
        turn.now + turn.times().retryNanos(),
        Set.of(turn.self().member()),
        Set.of(),
        turn.ballot.register());
  }

  private static void actAsCandidate(Turn turn, Poll poll) {
    if (!turn.isElectable()) {
      withdraw(turn, poll.epoch(), turn.stepNanos);
    } else if (turn.now - poll.retryNanos() >= 0) {
      turn.standing = new Candidate(askAgain(turn, poll));
    }
  }

  /** Asks those who have not answered. The lease still begins at the first request. */
  static Poll askAgain(Turn turn, Poll poll) {
    for (RosterMember entry : turn.roster().members()) {
      MemberId member = entry.member();
      if (!poll.granted().contains(member) && !poll.refused().contains(member)) {
        turn.send(member, new VoteRequest(poll.epoch(), poll.sentNanos(), turn.evidence));
      }
    }
    return new Poll(
        poll.epoch(),
        poll.sentNanos(),
        poll.untilNanos(),
        turn.now + turn.times().retryNanos(),
        poll.granted(),
        poll.refused(),
        poll.register());
  }

  static void onVoteReply(Turn turn, Life from, VoteReply reply) {
    turn.noteEpoch(reply.voterEpoch());
    if (turn.standing instanceof Candidate candidate && isAnswer(candidate.poll(), reply)) {
      Poll poll = count(turn, candidate.poll(), from, reply);
      turn.standing = new Candidate(poll);
      if (turn.isQuorum(poll.granted()::contains)) {
        LeaderDuties.begin(turn, poll);
      } else if (isHopeless(turn, poll.refused())) {
        // Not for as long as the refuser is bound: in a crossed race it is bound to itself and
        // withdraws too.
        withdraw(turn, poll.epoch(), turn.stepNanos);
      }
    } else if (turn.standing instanceof Leader leader
        && leader.reelection() != null
        && isAnswer(leader.reelection(), reply)) {
      LeaderDuties.onReelectionVote(turn, leader, count(turn, leader.reelection(), from, reply));
    }
  }

  private static boolean isAnswer(Poll poll, VoteReply reply) {
    return reply.epoch() == poll.epoch() && reply.sentNanos() == poll.sentNanos();
  }

  private static Poll count(Turn turn, Poll poll, Life from, VoteReply reply) {
    observeRoundTrip(turn, turn.now - poll.sentNanos());
    RegisterValue register = poll.register();
    if (reply.register() != null && reply.register().version().isNewerThan(register.version())) {
      register = reply.register();
    }
    return new Poll(
        poll.epoch(),
        poll.sentNanos(),
        poll.untilNanos(),
        poll.retryNanos(),
        reply.granted() ? Turn.with(poll.granted(), from.member()) : poll.granted(),
        reply.granted() ? poll.refused() : Turn.with(poll.refused(), from.member()),
        register);
  }

  /** A rank's step is at least twice the round trip with fsync; a slow outlier fades. */
  private static void observeRoundTrip(Turn turn, long nanos) {
    long wanted = Math.min(2 * nanos, turn.times().retryNanos());
    turn.stepNanos =
        Math.max(turn.times().minStepNanos(), Math.max(wanted, turn.stepNanos * 7 / 8));
  }

  /**
   * A better-placed candidate asks: the own candidature is withdrawn first, then its request is
   * judged.
   */
  static void giveWay(Turn turn, Life rival, long epoch) {
    if (turn.standing instanceof Candidate candidate
        && epoch >= candidate.poll().epoch()
        && turn.roster().mayLead(rival.member())
        && Ranking.isBetter(turn, rival.member())) {
      withdraw(turn, candidate.poll().epoch(), turn.stepNanos);
    }
  }

  /** Somebody leads in this epoch or above. */
  static void yieldToLeader(Turn turn) {
    abandonCanvass(turn);
    if (turn.standing instanceof Candidate candidate) {
      withdraw(turn, candidate.poll().epoch(), turn.stepNanos);
    }
  }

  /**
   * Forgets the candidature, so that late votes never count, and lets everybody go who promised it.
   * Only for a member that holds no lease: a leader's lease stands on these very promises.
   */
  static void withdraw(Turn turn, long epoch, long backoffNanos) {
    turn.releaseOwnPromise();
    turn.sendToOthers(new Resignation(epoch, null));
    retreat(turn, backoffNanos);
  }
}

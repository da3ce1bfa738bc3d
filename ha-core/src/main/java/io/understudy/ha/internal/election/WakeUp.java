package io.understudy.ha.internal.election;

import io.understudy.ha.internal.election.Standing.Candidate;
import io.understudy.ha.internal.election.Standing.Canvassing;
import io.understudy.ha.internal.election.Standing.Leader;

/**
 * When a machine needs its next {@link Input.Tick}: the earliest moment at which time alone changes
 * it.
 */
final class WakeUp {
  private final long nowNanos;
  private long inNanos = Step.NEVER;

  private WakeUp(long nowNanos) {
    this.nowNanos = nowNanos;
  }

  static long of(Turn turn) {
    WakeUp wake = new WakeUp(turn.now);
    wake.forVoting(turn);
    if (turn.leader != null && turn.promise != null) {
      wake.at(turn.promise.untilNanos());
    }
    wake.forStanding(turn);
    wake.forFencing(turn);
    return wake.inNanos == Step.NEVER ? Step.NEVER : turn.now + wake.inNanos;
  }

  private void at(long nanos) {
    inNanos = Math.min(inNanos, Math.max(0, nanos - nowNanos));
  }

  private void forVoting(Turn turn) {
    if (turn.voting instanceof Voting.Abstaining wait) {
      at(wait.untilNanos());
    } else if (turn.voting instanceof Voting.Uninformed uninformed) {
      at(Joining.askAgainAt(turn, uninformed));
    }
  }

  private void forFencing(Turn turn) {
    long fencing = Fencing.wakeAtNanos(turn);
    if (fencing != Step.NEVER) {
      at(fencing);
    }
  }

  private void forStanding(Turn turn) {
    if (turn.standing instanceof Leader leader) {
      forLeader(turn, leader);
    } else if (turn.standing instanceof Candidate candidate) {
      at(candidate.poll().untilNanos());
      at(candidate.poll().retryNanos());
    } else if (turn.standing instanceof Canvassing canvassing) {
      at(canvassing.untilNanos());
    } else if (turn.promise != null && turn.promise.binds(turn.now)) {
      at(turn.promise.untilNanos()); // when to campaign is asked then, not at every heartbeat
    } else if (turn.isElectable() && turn.seesQuorum()) {
      at(Ranking.campaignAtNanos(turn));
    }
  }

  private void forLeader(Turn turn, Leader leader) {
    at(leader.leaseUntilNanos());
    at(leader.nextRoundNanos());
    if (leader.reelection() != null) {
      at(leader.reelection().untilNanos());
      at(leader.reelection().retryNanos());
    }
    if (leader.committed().isNewerThan(leader.settled())) {
      long settled = LeaderDuties.settledAtNanos(turn, leader);
      if (settled - nowNanos > 0) {
        at(settled);
      }
    }
  }
}

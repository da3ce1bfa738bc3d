package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.Standing;
import java.util.List;

/**
 * People change the roster all the time, and it hits whoever writes one.
 *
 * <pre>
 *   K    leader of the roster      K  writes r+1
 *   |\                             |          K is cut off, dies, or hangs when one, some or all
 *   A B   in r                     A  stores it   of the others have stored it
 *     C   in r+1                   B, C  elect in r, or in r+1
 * </pre>
 *
 * Sometimes the roles rest meanwhile, so that what was committed before is on the disks of a quorum
 * of members that leave one after the other.
 */
final class RosterPlot implements Plot {
  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;
  private final long promise;
  private final double strikes;
  private final boolean rests;
  private long requests = 1_000_000;

  RosterPlot(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
    this.promise = cluster.shape().times().promiseNanos();
    this.strikes = dice.oneOf(0.0, 0.2, 0.6);
    this.rests = dice.chance(0.3);
    cluster.chaos().later(dice.between(0, 2 * promise), this::wish);
    cluster.chaos().later(lease / 2, this::startNewcomers);
    if (rests) {
      cluster.chaos().later(dice.between(promise, 4 * promise), this::rest);
    }
  }

  // ---- wishes

  private void wish() {
    SimMember asked = dice.pick(cluster.members());
    if (asked.isUp()) {
      cluster.tally().count(Fault.ROSTER_WISH);
      cluster.wish(asked, ++requests, draw(asked.roster()));
    }
    cluster.chaos().later(dice.between(0, dice.oneOf(lease, promise, 3 * promise)), this::wish);
  }

  private RosterGoal draw(Roster roster) {
    SimMember member = dice.pick(cluster.members());
    RosterMember entry = roster.entry(member.id());
    if (dice.chance(0.05)) {
      return new RosterGoal.Cancel();
    }
    if (entry == null) {
      return new RosterGoal.Have(
          new RosterMember(member.id(), dice.oneOf(1, 1, 1, 0, 2), member.isWitness()));
    }
    boolean many = roster.members().size() > 3;
    return dice.chance(many ? 0.7 : 0.4)
        ? new RosterGoal.Lack(member.id())
        : new RosterGoal.Have(
            new RosterMember(member.id(), dice.oneOf(0, 1, 1, 2, 3), entry.witness()));
  }

  /** A member is started when somebody has added it. */
  private void startNewcomers() {
    for (SimMember member : cluster.members()) {
      if (member.life().incarnation() == 0
          && !cluster.shape().roster().contains(member.id())
          && cluster.invariants().rosters().isKnown(member)
          && dice.chance(0.5)) {
        cluster.start(member);
      }
    }
    cluster.chaos().later(dice.between(0, lease), this::startNewcomers);
  }

  // ---- strikes

  @Override
  public void announced(SimMember member, String role, Output output) {
    if (output instanceof Output.RosterInForce && writes(member) && dice.chance(strikes)) {
      long delay = dice.oneOf(0L, 0L, lease / 200, lease / 50, lease / 2, promise);
      int kind = dice.below(5);
      cluster.chaos().later(delay, () -> strike(member, kind));
    }
  }

  private static boolean writes(SimMember member) {
    return member.core() != null
        && member.core().state(io.understudy.ha.internal.election.RosterChange.ROLE) != null
        && member.core().state(io.understudy.ha.internal.election.RosterChange.ROLE).standing()
            instanceof Standing.Leader;
  }

  private void strike(SimMember member, int kind) {
    if (!member.isUp()) {
      return;
    }
    switch (kind) {
      case 0 -> member.crashAfterEffects(dice.below(6));
      case 1 -> cluster.crashed(member);
      case 2 -> member.pause(dice.between(0, 3 * promise));
      default -> split(member);
    }
  }

  /** Leaves the member some of the others, both ways or one way. */
  private void split(SimMember member) {
    boolean deafOnly = dice.chance(0.3);
    for (SimMember other : cluster.members()) {
      if (other != member && dice.chance(0.6)) {
        cluster.network().cut(other.index(), member.index());
        if (!deafOnly) {
          cluster.network().cut(member.index(), other.index());
        }
      }
    }
    cluster.chaos().viewsChanged();
    cluster
        .chaos()
        .later(
            dice.between(lease / 4, 3 * promise),
            () -> {
              cluster.network().mend();
              cluster.chaos().viewsChanged();
            });
  }

  // ---- rest

  private void rest() {
    candidacies(false);
    cluster.chaos().later(dice.between(2 * promise, 12 * promise), () -> candidacies(true));
    cluster.chaos().later(dice.between(12 * promise, 20 * promise), this::rest);
  }

  private void candidacies(boolean eligible) {
    List<MemberId> nobody = List.of();
    for (SimMember member : cluster.members()) {
      for (int role = 0; role < cluster.shape().roles().size(); role++) {
        cluster.run(member, role, Applications.Bid.staying(eligible, nobody));
      }
    }
  }
}

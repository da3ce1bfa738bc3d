package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Output;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Makes a leader stand on as few voters as it can, makes one of them forget, cuts the leader off
 * and lets the others elect.
 *
 * <pre>
 *   1.  L ---- V       R hears nothing of L and is free in time
 *              |
 *              R
 *
 *   2.  L      V*      V was struck, or was slow to acknowledge, or its clock is fast
 *              |
 *              R       V and R are a quorum
 * </pre>
 *
 * Whatever makes V free too early (a forgotten promise, a promise or a wait that is too short, a
 * lease that is too long) shows two leaders.
 */
final class UsurperPlot implements Plot {
  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;
  private final long promise;
  private boolean busy;

  UsurperPlot(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
    this.promise = cluster.shape().times().promiseNanos();
  }

  @Override
  public void announced(SimMember member, String role, Output output) {
    if (!busy && output instanceof Output.Elected) {
      busy = true;
      begin(member);
    }
  }

  private void begin(SimMember leader) {
    List<SimMember> others = new ArrayList<>(cluster.members());
    others.remove(leader);
    Collections.shuffle(others, new Random(dice.number()));
    Set<SimMember> loyal = new HashSet<>();
    loyal.add(leader);
    for (SimMember other : others) {
      if (!isQuorum(loyal)) {
        loyal.add(other);
      }
    }
    SimMember victim = others.get(0);
    boolean deafOnly = dice.chance(0.3);
    for (SimMember other : others) {
      if (!loyal.contains(other)) {
        cluster.network().cut(leader.index(), other.index());
        if (!deafOnly) {
          cluster.network().cut(other.index(), leader.index());
        }
      }
    }
    bendTime(leader, others);
    trace(leader, "stands on " + loyal.size() + " voters; the victim will be " + victim.id());
    cluster.chaos().viewsChanged();
    cluster.chaos().later(dice.between(promise, 2 * promise), () -> strike(leader, victim));
  }

  private boolean isQuorum(Set<SimMember> some) {
    return cluster.shape().roster().isQuorum(id -> some.contains(cluster.member(id)));
  }

  private void bendTime(SimMember leader, List<SimMember> others) {
    double rho = Math.max(0, cluster.shape().times().rho() - 1e-6);
    if (dice.chance(0.6)) {
      leader.setRate(1 - rho);
      others.forEach(other -> other.setRate(1 + rho));
    }
    if (dice.chance(0.5)) {
      long slowness = dice.between(0, lease * 2 / 5);
      others.forEach(other -> cluster.network().slow(other.index(), leader.index(), slowness));
    }
  }

  private void strike(SimMember leader, SimMember victim) {
    trace(leader, "is cut off");
    boolean answersStillArrive = dice.chance(0.5);
    for (SimMember other : cluster.members()) {
      cluster.network().cut(leader.index(), other.index());
      if (!answersStillArrive) {
        cluster.network().cut(other.index(), leader.index());
      }
    }
    long restart = dice.between(0, lease / 50);
    switch (dice.below(4)) {
      case 0 -> cluster.chaos().mortality().crashAndRestart(victim, false, restart);
      case 1 -> cluster.chaos().mortality().crashAndRestart(victim, true, restart);
      default -> trace(victim, "is left alone");
    }
    cluster.chaos().viewsChangeNow();
    cluster.chaos().later(dice.between(2 * promise, 3 * promise), this::end);
  }

  private void end() {
    cluster.network().mend();
    cluster.chaos().viewsChanged();
    busy = false;
  }

  private void trace(SimMember member, String what) {
    if (cluster.tracing()) {
      cluster.trace(member, "** plot: " + what);
    }
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.internal.witness.Errand;
import org.jspecify.annotations.Nullable;

/**
 * Makes bad days happen to a database that is a witness: it restarts, loses rows, cannot be
 * reached, or only slowly, and that at the moments on which safety hangs.
 */
final class RowChaos {
  private final SimCluster cluster;
  private final SimWitness witness;
  private final SimMember self;
  private final long lease;
  private double slowChance;
  private boolean lateReads;

  RowChaos(SimCluster cluster, SimWitness witness) {
    this.cluster = cluster;
    this.witness = witness;
    this.self = witness.self();
    this.lease = cluster.shape().times().leaseNanos();
  }

  /** Faults happen from now on. */
  void rage() {
    slowChance = cluster.dice().oneOf(0.0, 0.02, 0.3);
    lateReads = cluster.dice().chance(0.3);
    cluster.later(gap(), this::strike);
  }

  private long gap() {
    return cluster.dice().between(0, cluster.dice().oneOf(2L, 6L, 20L) * lease);
  }

  private void strike() {
    if (!cluster.chaos().isRaging()) {
      return;
    }
    switch (cluster.dice().below(6)) {
      case 0 -> witness.restart(cluster.dice().chance(0.5));
      case 1 -> witness.lose();
      case 2, 3 -> duel();
      default -> outOfReach(cluster.dice().pick(cluster.members()));
    }
    cluster.later(gap(), this::strike);
  }

  /**
   * A leader that only the row still follows loses the row too, just after it has renewed its
   * lease, while somebody else waits for the row.
   *
   * <pre>
   *   leader  --X--  others      for a while
   *   leader  --X--  row         then; perhaps the server ends and forgets the last renewals
   * </pre>
   */
  private void duel() {
    SimMember leader = leader();
    if (leader == null) {
      return;
    }
    witness.count(RowFault.DUEL);
    for (SimMember other : cluster.members()) {
      if (other != self) {
        link(leader, other, false);
      }
    }
    cluster.chaos().viewsChangeNow();
    long promise = cluster.shape().times().promiseNanos();
    long alone = cluster.dice().between(promise, 3 * promise);
    cluster.later(
        alone,
        () -> {
          if (!cluster.chaos().isRaging()) {
            return;
          }
          link(leader, self, false);
          if (cluster.dice().chance(0.5)) {
            witness.restart(true);
          }
        });
    cluster.later(
        alone + cluster.dice().between(lease, 3 * promise),
        () -> {
          if (cluster.chaos().isRaging()) {
            cluster.members().forEach(other -> link(leader, other, true));
            cluster.chaos().viewsChangeNow();
          }
        });
  }

  private @Nullable SimMember leader() {
    for (SimMember member : cluster.members()) {
      for (int role = 0; role < cluster.shape().roles().size(); role++) {
        if (member.face(role).leads(member.localNanos())) {
          return member;
        }
      }
    }
    return null;
  }

  private void link(SimMember one, SimMember other, boolean works) {
    if (works) {
      cluster.network().mend(one.index(), other.index());
      cluster.network().mend(other.index(), one.index());
    } else {
      cluster.network().cut(one.index(), other.index());
      cluster.network().cut(other.index(), one.index());
    }
  }

  private void outOfReach(SimMember member) {
    if (member == self) {
      return;
    }
    witness.count(RowFault.OUT_OF_REACH);
    int mode = cluster.dice().below(3);
    if (mode != 0) {
      cluster.network().cut(member.index(), self.index());
    }
    if (mode != 1) {
      cluster.network().cut(self.index(), member.index());
    }
    cluster.trace(member, "** database out of reach, mode " + mode);
    cluster.later(
        cluster.dice().between(lease / 4, 4 * lease),
        () -> {
          cluster.network().mend(member.index(), self.index());
          cluster.network().mend(self.index(), member.index());
        });
  }

  /** How long it takes a statement to get there, or its answer to come back. */
  long halfTripNanos() {
    Dice dice = cluster.dice();
    if (cluster.chaos().isRaging() && dice.chance(slowChance)) {
      witness.count(RowFault.SLOW);
      return dice.between(0, dice.oneOf(lease / 4, lease, 3 * lease));
    }
    return dice.between(lease / 5000, lease / 200);
  }

  /**
   * Until a statement is executed. In some seeds reads are long on their way: what a member sees
   * may then be much younger than its question.
   */
  long requestTripNanos(Errand errand) {
    boolean late = lateReads && errand instanceof Errand.Read && cluster.chaos().isRaging();
    return late ? cluster.dice().between(0, lease * 8 / 10) : halfTripNanos();
  }
}

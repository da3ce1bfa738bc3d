package io.understudy.ha.sim;

import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import java.util.ArrayList;
import java.util.List;

/** How members come and go while chaos rages: restarts, lost disks, and proofs of death. */
final class Mortality {
  private final SimCluster cluster;
  private final Dice dice;
  private final DiskLoss diskLoss;
  private final long lease;

  Mortality(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.diskLoss = new DiskLoss(cluster);
    this.lease = cluster.shape().times().leaseNanos();
  }

  DiskLoss diskLoss() {
    return diskLoss;
  }

  /** A life has ended: others may get the proof, the disk may be lost, another life begins. */
  void crashed(SimMember member, boolean raging) {
    proveDeath(member.life());
    if (raging && dice.chance(cluster.weather().diskLost)) {
      loseDisk(member);
    }
    cluster.later(raging ? restartNanos() : lease / 10, () -> cluster.start(member));
  }

  /** Ends a member's life and begins the next one soon. */
  void crashAndRestart(SimMember member, boolean diskLost, long restartNanos) {
    if (member.isUp()) {
      cluster.crashed(member);
    }
    if (diskLost) {
      loseDisk(member);
    }
    cluster.later(restartNanos, () -> cluster.start(member));
  }

  private void loseDisk(SimMember member) {
    if (diskLoss.isCovered(member)) {
      cluster.tally().count(Fault.DISK_LOST);
      member.store().lose(seedOf(member));
      if (cluster.tracing()) {
        cluster.trace(member, "** disk lost");
      }
    }
  }

  /**
   * Who comes with an empty directory is configured with the roster of the day, or with an old one
   * that does not consist of this member alone: alone it would take itself for the whole cluster.
   */
  private Roster seedOf(SimMember member) {
    Roster first = cluster.shape().roster();
    if (!cluster.shape().isChanging()
        || (first.members().size() > 1 && first.contains(member.id()) && dice.chance(0.5))) {
      return first;
    }
    List<RosterMember> members =
        new ArrayList<>(cluster.invariants().rosters().committed().members());
    if (members.stream().noneMatch(entry -> entry.member().equals(member.id()))) {
      members.add(new RosterMember(member.id(), 1, false));
    }
    return new Roster(1, members);
  }

  private long restartNanos() {
    long promise = cluster.shape().times().promiseNanos();
    if (dice.chance(cluster.weather().quickRestart)) {
      return dice.between(0, lease / 10);
    }
    return dice.chance(0.5) ? dice.between(0, promise) : dice.between(promise, 4 * promise);
  }

  private void proveDeath(Life life) {
    for (SimMember other : cluster.members()) {
      if (dice.chance(cluster.weather().deathProved)) {
        boolean late = dice.chance(0.3);
        cluster.tally().count(late ? Fault.DEATH_PROVED_LATE : Fault.DEATH_PROVED);
        long delay = late ? dice.between(0, 4 * lease) : lease / 50;
        Input input = new Input.Learned(new Evidence.Died(life));
        cluster.later(delay, () -> cluster.inputAll(other, input));
      }
    }
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Voting;

/**
 * Keeps the loss of disks within what the design covers: one member at a time, while a quorum of
 * votes held by others keeps what they know.
 */
final class DiskLoss {
  private final SimCluster cluster;

  DiskLoss(SimCluster cluster) {
    this.cluster = cluster;
  }

  /** Whether the cluster survives it if this member loses its disk now. */
  boolean isCovered(SimMember member) {
    for (SimMember other : cluster.members()) {
      if (other != member && other.store().generation() > 0 && !knowsWhatItKnew(other)) {
        return false;
      }
    }
    for (String role : member.store().stored().ballots().keySet()) {
      boolean quorum =
          cluster
              .shape()
              .roster()
              .isQuorum(
                  id ->
                      !id.equals(member.id())
                          && cluster.member(id).store().stored().ballots().containsKey(role));
      if (!quorum) {
        return false;
      }
    }
    return true;
  }

  /** Whether a member that lost a disk has caught up in every role that anybody has. */
  private boolean knowsWhatItKnew(SimMember member) {
    for (SimMember other : cluster.members()) {
      if (!member.store().stored().ballots().keySet().containsAll(other.store().stored().ballots().keySet())) {
        return false;
      }
    }
    return true;
  }

  /** An operator who knows that this member has lost nothing says so. */
  void operatorConfirms(SimMember member) {
    if (member.store().generation() > 0) {
      return;
    }
    for (int role = 0; role < cluster.shape().roles().size(); role++) {
      if (isUninformed(member, role)) {
        cluster.tally().count(Fault.OPERATOR);
        cluster.input(member, role, new Input.EmptyStateConfirmed());
      }
    }
  }

  boolean isUninformed(SimMember member, int role) {
    if (member.core() == null) {
      return false;
    }
    RoleState state = member.core().state(cluster.shape().roles().get(role));
    return state != null && state.voting() instanceof Voting.Uninformed;
  }
}

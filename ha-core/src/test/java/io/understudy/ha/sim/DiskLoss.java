package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.Voting;
import io.understudy.ha.internal.runtime.MemberRecord;
import java.util.HashSet;
import java.util.Set;

/**
 * Keeps the loss of disks within what the design covers: one member at a time, while a quorum of
 * votes held by others keeps what they know.
 */
final class DiskLoss {
  private final SimCluster cluster;

  DiskLoss(SimCluster cluster) {
    this.cluster = cluster;
  }

  /** Whether there is something to lose, and the cluster survives its loss now. */
  boolean isCovered(SimMember member) {
    if (member.store().isEmpty()) {
      return false;
    }
    for (SimMember other : cluster.members()) {
      if (other != member && other.store().generation() > 0 && !hasCaughtUp(other)) {
        return false;
      }
    }
    for (String role : cluster.shape().allRoles()) {
      if (knows(member, role) && !isKnownWithout(member, role)) {
        return false;
      }
    }
    return true;
  }

  /** Whether quorums of others know the role, by every roster that is in force anywhere. */
  private boolean isKnownWithout(SimMember member, String role) {
    return rosters().stream()
        .allMatch(
            roster ->
                roster.isQuorum(id -> !id.equals(member.id()) && knows(cluster.member(id), role)));
  }

  private Set<Roster> rosters() {
    Set<Roster> rosters = new HashSet<>();
    rosters.add(cluster.invariants().rosters().committed());
    for (SimMember member : cluster.members()) {
      if (!member.store().isEmpty()) {
        rosters.add(member.store().roster());
      }
    }
    return rosters;
  }

  private static boolean knows(SimMember member, String role) {
    MemberRecord stored = member.store().stored();
    return stored.ballots().containsKey(role) || stored.founding().directory();
  }

  /** Whether a member that lost a disk knows again every role that anybody knows. */
  private boolean hasCaughtUp(SimMember member) {
    for (String role : cluster.shape().allRoles()) {
      if (!knows(member, role) && cluster.members().stream().anyMatch(m -> knows(m, role))) {
        return false;
      }
    }
    return true;
  }

  /** An operator who knows that this member has lost nothing says so. */
  void operatorConfirms(SimMember member) {
    for (int role = 0; role < cluster.shape().allRoles().size(); role++) {
      if (isUninformed(member, role)
          && !member.store().hasForgotten(cluster.shape().allRoles().get(role))) {
        cluster.tally().count(Fault.OPERATOR);
        cluster.input(member, role, new Input.EmptyStateConfirmed());
      }
    }
  }

  boolean isUninformed(SimMember member, int role) {
    if (member.core() == null) {
      return false;
    }
    RoleState state = member.core().state(cluster.shape().allRoles().get(role));
    return state != null && state.voting() instanceof Voting.Uninformed;
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.runtime.MemberCore;
import org.jspecify.annotations.Nullable;

/** What is so in the cluster of a {@link Scenario}. Members are named; times are in leases. */
abstract class Observed {
  /** The role that is meant where none is named. */
  static final String ROLE = "jobs";

  static final long LEASE = 1_000_000_000L;

  private final SimCluster cluster;

  Observed(SimCluster cluster) {
    this.cluster = cluster;
  }

  SimMember member(String name) {
    return cluster.member(MemberId.of(name));
  }

  SimCluster cluster() {
    return cluster;
  }

  boolean leads(String name) {
    return leads(name, 0);
  }

  boolean leads(String name, int role) {
    SimMember member = member(name);
    return member.face(role).leads(member.localNanos());
  }

  /** Who leads, or null. */
  @Nullable String leader() {
    for (SimMember member : cluster.members()) {
      if (leads(member.id().value())) {
        return member.id().value();
      }
    }
    return null;
  }

  long epochOf(String name) {
    return member(name).face(0).epoch;
  }

  long storedEpoch(String name) {
    Ballot ballot = member(name).store().stored().ballots().get(ROLE);
    return ballot == null ? 0 : ballot.epoch();
  }

  RoleState state(String name) {
    MemberCore core = member(name).core();
    RoleState state = core == null ? null : core.state(ROLE);
    if (state == null) {
      throw new AssertionError(name + " does not run");
    }
    return state;
  }

  double nowLeases() {
    return (double) cluster.now() / LEASE;
  }

  double promiseLeases() {
    return (double) cluster.shape().times().promiseNanos() / LEASE;
  }
}

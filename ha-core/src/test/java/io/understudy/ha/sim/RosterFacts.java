package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Roster;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The history of the roster: which were written, which are in force where, which was committed. */
final class RosterFacts {
  private final SimCluster cluster;
  private final Map<Long, Roster> written = new HashMap<>();
  private final @Nullable Roster[] inForce;
  private Roster committed;

  RosterFacts(SimCluster cluster) {
    this.cluster = cluster;
    this.inForce = new Roster[cluster.shape().size()];
    this.committed = cluster.shape().roster();
  }

  /** Something was stored; whether it puts another roster in force at that member. */
  boolean changed(SimMember member) {
    Roster now = member.store().roster();
    Roster before = inForce[member.index()];
    if (now.equals(before)) {
      return false;
    }
    inForce[member.index()] = now;
    written.put(now.stamp(), now);
    return true;
  }

  /** A quorum has stored the roster that begins with this number; 0 for the seed. */
  void committed(long stamp) {
    Roster next = stamp == 0 ? cluster.shape().roster() : written.get(stamp);
    if (next == null) {
      throw new Violation(Invariant.I9_ROSTERS, "a roster was committed that nobody wrote");
    }
    if (distance(committed, next) > 1) {
      throw new Violation(Invariant.I9_ROSTERS, next + " was committed right after " + committed);
    }
    if (!committed.equals(next)) {
      cluster.tally().rosters++;
    }
    committed = next;
  }

  /** By how many votes they differ. */
  private static int distance(Roster one, Roster other) {
    Set<MemberId> all = new HashSet<>();
    one.members().stream().map(RosterMember::member).forEach(all::add);
    other.members().stream().map(RosterMember::member).forEach(all::add);
    return all.stream()
        .mapToInt(m -> Math.abs(one.votesOf(m::equals) - other.votesOf(m::equals)))
        .sum();
  }

  /** The last one that a quorum has stored. */
  Roster committed() {
    return committed;
  }

  /** Whether any member has ever stored a roster with this member in it, or was told of one. */
  boolean isKnown(SimMember member) {
    return written.values().stream().anyMatch(roster -> roster.contains(member.id()))
        && cluster.members().stream()
            .anyMatch(other -> other != member && other.roster().contains(member.id()));
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known for certain of one epoch of one role, seen from outside the cluster. */
final class EpochFacts {
  /** Who won it. */
  @Nullable Life leader;

  /** Whom each member voted for. */
  final @Nullable Life[] votes;

  /** How many disks each voter, and each one's candidate, had lost when the vote was given. */
  final int[] voterDisks;

  final int[] candidateDisks;

  /**
   * The highest register write of this epoch that each member has held while a roster, by its
   * stamp, was in force there; -1 for none.
   */
  private final Map<Long, long[]> stored = new HashMap<>();

  /** The highest write of this epoch that a quorum has stored; -1 for none. */
  long committed = -1;

  EpochFacts(int size) {
    votes = new Life[size];
    voterDisks = new int[size];
    candidateDisks = new int[size];
  }

  long[] storedUnder(Roster roster) {
    return stored.computeIfAbsent(
        roster.stamp(),
        stamp -> {
          long[] none = new long[votes.length];
          Arrays.fill(none, -1);
          return none;
        });
  }

  void forgetStored(int member) {
    stored.values().forEach(writes -> writes[member] = -1);
  }
}

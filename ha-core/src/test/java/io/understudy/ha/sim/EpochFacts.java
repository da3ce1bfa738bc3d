package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Life;
import java.util.Arrays;
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

  /** The highest register write of this epoch that each member has stored; -1 for none. */
  final long[] stored;

  /** The highest write of this epoch that a quorum has stored; -1 for none. */
  long committed = -1;

  EpochFacts(int size) {
    votes = new Life[size];
    voterDisks = new int[size];
    candidateDisks = new int[size];
    stored = new long[size];
    Arrays.fill(stored, -1);
  }
}

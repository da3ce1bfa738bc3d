package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Roster;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything a member keeps on disk: one file, replaced as a whole.
 *
 * @param member whose state it is
 * @param cluster of which cluster
 * @param roster the seed: in force as long as the register of the roster's role has no content
 * @param longestPromiseNanos the longest promise it can ever have given
 * @param founding the common beginning of the cluster's directories; {@link Founding#NONE} if this
 *     member came with an empty directory later, so that a role missing below proves nothing
 * @param ballots what it must not forget, by role
 */
public record MemberRecord(
    MemberId member,
    String cluster,
    Roster roster,
    long longestPromiseNanos,
    Founding founding,
    SortedMap<String, Ballot> ballots) {
  /** Copies. */
  public MemberRecord {
    ballots = Collections.unmodifiableSortedMap(new TreeMap<>(ballots));
  }

  MemberRecord withBallot(String role, Ballot ballot) {
    SortedMap<String, Ballot> changed = new TreeMap<>(ballots);
    changed.put(role, ballot);
    return new MemberRecord(member, cluster, roster, longestPromiseNanos, founding, changed);
  }

  MemberRecord withFounding(Founding beginning) {
    return new MemberRecord(member, cluster, roster, longestPromiseNanos, beginning, ballots);
  }

  MemberRecord withSeed(Roster seed) {
    return new MemberRecord(member, cluster, seed, longestPromiseNanos, founding, ballots);
  }

  MemberRecord withLongestPromise(long nanos) {
    return new MemberRecord(member, cluster, roster, nanos, founding, ballots);
  }
}

package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The configured members with their votes. Quorum is counted against it and nothing else.
 *
 * <p>The first one comes from the configuration and is called the seed. Each later one was written
 * by the leader of the role {@link RosterChange#ROLE}; its epoch and number name it, because an
 * epoch has one leader. {@link #stamp()} stands for all of it in messages. Immutable.
 */
public final class Roster {
  private final long epoch;
  private final long version;
  private final List<RosterMember> members;
  private final int quorum;
  private final long stamp;

  /**
   * The seed.
   *
   * @param version 1
   * @param members in any order
   */
  public Roster(long version, List<RosterMember> members) {
    this(0, version, members);
  }

  /**
   * Sorts, so that equal rosters are equal and iteration is the same everywhere.
   *
   * @param epoch of the leadership in which it was written; 0 for a seed
   * @param version rises by one with each change, from 1
   * @param members in any order
   */
  public Roster(long epoch, long version, List<RosterMember> members) {
    List<RosterMember> sorted = new ArrayList<>(members);
    sorted.sort(Comparator.comparing(RosterMember::member));
    this.epoch = epoch;
    this.version = version;
    this.members = List.copyOf(sorted);
    this.quorum = votesOf(member -> true) / 2 + 1;
    this.stamp = Stamp.of(this);
  }

  /** The epoch in which it was written; 0 for a seed. */
  public long epoch() {
    return epoch;
  }

  /** Its number: rises by one with each change, from 1. */
  public long version() {
    return version;
  }

  /** Sorted by id. */
  public List<RosterMember> members() {
    return members;
  }

  /** Whether it comes from the configuration and was never changed. */
  public boolean isSeed() {
    return epoch == 0;
  }

  /** A number that two different rosters do not share, seeds of different content included. */
  public long stamp() {
    return stamp;
  }

  /** The smallest number of votes that is more than half of all. */
  public int quorum() {
    return quorum;
  }

  /** The votes of the members that pass the test. */
  public int votesOf(Predicate<MemberId> test) {
    int votes = 0;
    for (RosterMember entry : members) {
      if (entry.votes() > 0 && test.test(entry.member())) {
        votes += entry.votes();
      }
    }
    return votes;
  }

  /** Whether the members that pass the test are a quorum. */
  public boolean isQuorum(Predicate<MemberId> test) {
    return votesOf(test) >= quorum;
  }

  /** The entry of a member, or null if it is not in the roster. */
  public @Nullable RosterMember entry(MemberId member) {
    int low = 0;
    int high = members.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = members.get(middle).member().compareTo(member);
      if (order == 0) {
        return members.get(middle);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /** Whether the member is in the roster. */
  public boolean contains(MemberId member) {
    return entry(member) != null;
  }

  /** Whether the member is in the roster and may lead. */
  public boolean mayLead(MemberId member) {
    RosterMember entry = entry(member);
    return entry != null && !entry.witness();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Roster that
        && epoch == that.epoch
        && version == that.version
        && members.equals(that.members);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(stamp);
  }

  @Override
  public String toString() {
    return "roster " + version + (isSeed() ? "" : " of epoch " + epoch) + " " + members;
  }
}

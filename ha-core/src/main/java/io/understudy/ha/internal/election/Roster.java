package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The configured members with their votes. Quorum is counted against it and nothing else.
 *
 * @param version rises by one with each change, from 1
 * @param members sorted by id
 */
public record Roster(long version, List<RosterMember> members) {
  /** Sorts, so that equal rosters are equal and iteration is the same everywhere. */
  public Roster {
    List<RosterMember> sorted = new ArrayList<>(members);
    sorted.sort(Comparator.comparing(RosterMember::member));
    members = List.copyOf(sorted);
  }

  /** The smallest number of votes that is more than half of all. */
  public int quorum() {
    return votesOf(member -> true) / 2 + 1;
  }

  /** The votes of the members that pass the test. */
  public int votesOf(Predicate<MemberId> test) {
    int votes = 0;
    for (RosterMember entry : members) {
      if (test.test(entry.member())) {
        votes += entry.votes();
      }
    }
    return votes;
  }

  /** Whether the members that pass the test are a quorum. */
  public boolean isQuorum(Predicate<MemberId> test) {
    return votesOf(test) >= quorum();
  }

  /** Whether the member is in the roster. */
  public boolean contains(MemberId member) {
    return votesEntry(member, false);
  }

  /** Whether the member is in the roster and may lead. */
  public boolean mayLead(MemberId member) {
    return votesEntry(member, true);
  }

  private boolean votesEntry(MemberId member, boolean leading) {
    for (RosterMember entry : members) {
      if (entry.member().equals(member)) {
        return !leading || !entry.witness();
      }
    }
    return false;
  }
}

package io.understudy.ha.internal.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RosterTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1 1, 2",
    "1 1 1, 2",
    "1 1 1 1, 3",
    "1 1 1 1 1, 3",
    "2 1 1, 3",
    "3 1 1, 3",
    "1 0, 1",
  })
  void quorumIsMoreThanHalfOfAllVotes(String votes, int quorum) {
    assertEquals(quorum, roster(votes).quorum());
  }

  @ParameterizedTest
  @CsvSource({
    "1 1 1, 0 1, true",
    "1 1 1, 0, false",
    "1 1 1 1, 0 1, false",
    "2 1 1, 1 2, false",
    "2 1 1, 0 1, true",
    "3 1 1, 0, true",
  })
  void aSetIsAQuorumByItsVotes(String votes, String indices, boolean expected) {
    Set<MemberId> set =
        Arrays.stream(indices.split(" ", -1))
            .map(i -> MemberId.of("m" + i))
            .collect(Collectors.toSet());
    assertEquals(expected, roster(votes).isQuorum(set::contains));
  }

  @ParameterizedTest
  @CsvSource({"2000000000, 0.09", "100000000, 0.0", "600000000000, 0.49", "1000, 0.3"})
  void aPromiseOutlivesALeaseOnEveryPairOfClocksWithinTheBound(long lease, double rho) {
    TimeValues times = new TimeValues(lease, lease / 5, rho);
    double longestLease = lease / (1 - rho);
    double shortestPromise = times.promiseNanos() / (1 + rho);
    assertTrue(shortestPromise >= longestLease, shortestPromise + " >= " + longestLease);
  }

  private static Roster roster(String votes) {
    List<RosterMember> members = new ArrayList<>();
    for (String vote : votes.split(" ", -1)) {
      members.add(
          new RosterMember(MemberId.of("m" + members.size()), Integer.parseInt(vote), false));
    }
    return new Roster(1, members);
  }
}

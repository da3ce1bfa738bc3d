package io.understudy.ha.internal.election;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A rank is the number of reachable members that may lead and stand before this one. */
class RankingTest {
  private static final int MEMBERS = 9;
  private static final TimeValues TIMES = new TimeValues(1_000, 200, 0.09);

  /** Also of members that are in no roster. */
  @Provide
  Arbitrary<List<Integer>> preferences() {
    return Arbitraries.integers().between(1, MEMBERS + 2).list().uniqueElements();
  }

  @Provide
  Arbitrary<Set<Integer>> reachable() {
    return Arbitraries.integers().between(1, MEMBERS).set();
  }

  @Property
  void itCountsTheReachableOnesThatAreBetter(
      @ForAll("preferences") List<Integer> preferences,
      @ForAll("reachable") Set<Integer> reachable,
      @ForAll int anySelf,
      @ForAll int anyWitness) {
    int self = 1 + Math.floorMod(anySelf, MEMBERS);
    int witness = 1 + Math.floorMod(anyWitness, MEMBERS);
    List<MemberId> order = preferences.stream().map(RankingTest::member).toList();
    long better =
        reachable.stream()
            .filter(i -> i != witness && i != self)
            .filter(i -> stands(i, order) < stands(self, order))
            .count();
    assertEquals(better, Ranking.rank(turn(self, witness, order, reachable)));
  }

  /** The place in the whole order: the preferred ones, then all others by id. */
  private static int stands(int member, List<MemberId> preference) {
    List<MemberId> order = new ArrayList<>(preference);
    for (int i = 1; i <= MEMBERS; i++) {
      if (!order.contains(member(i))) {
        order.add(member(i));
      }
    }
    return order.indexOf(member(member));
  }

  private static Turn turn(
      int self, int witness, List<MemberId> preference, Set<Integer> reachable) {
    List<RosterMember> roster = new ArrayList<>();
    for (int i = 1; i <= MEMBERS; i++) {
      roster.add(new RosterMember(member(i), 1, i == witness));
    }
    Life life = new Life(member(self), 7);
    Settings settings =
        new Settings("main", life, new Roster(1, roster), TIMES, 0, TIMES.promiseNanos());
    RoleState fresh =
        new RoleMachine()
            .start(settings, new Boot.Fresh(new Founding(Map.of(member(self), 7L), true)), 0)
            .next();
    Turn turn = new Turn(fresh, 0, false);
    turn.candidacy = new Input.Candidacy(true, preference);
    turn.reachable = Set.copyOf(reachable.stream().map(RankingTest::member).toList());
    return turn;
  }

  private static MemberId member(int index) {
    return MemberId.of("n" + index);
  }
}

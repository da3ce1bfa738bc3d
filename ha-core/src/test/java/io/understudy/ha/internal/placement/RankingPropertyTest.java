package io.understudy.ha.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;
import io.understudy.ha.Placement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds for every ranking. */
class RankingPropertyTest {
  private static final int ROLES = 1000;

  @Property(tries = 2_000)
  void membersThatKnowTheSameRankAlike(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 7) int n) {
    Random random = new Random(seed);
    RandomPlacement draw = new RandomPlacement(random);
    List<MemberId> members = RandomPlacement.members(n);
    List<RoleRules> rules = draw.rules(members, 3);
    ClusterFacts facts = draw.facts(members, rules);
    List<MemberFacts> shuffled = new ArrayList<>(facts.members());
    Collections.shuffle(shuffled, random);
    for (RoleRules role : rules) {
      Ranking first = Ranking.of(role, facts);
      for (MemberId self : members) {
        ClusterFacts theirs = new ClusterFacts(self, shuffled, facts.leaders(), false);
        assertEquals(first, Ranking.of(role, theirs), "at " + self);
      }
      assertEquals(members, first.order().stream().sorted().toList(), "each once");
      assertOrdered(first);
    }
  }

  private static void assertOrdered(Ranking ranking) {
    for (int i = 1; i < ranking.candidates().size(); i++) {
      Candidate before = ranking.candidates().get(i - 1);
      Candidate after = ranking.candidates().get(i);
      assertTrue(before.canLead() || !after.canLead(), "who can lead stands first: " + ranking);
      assertTrue(
          before.canLead() != after.canLead() || before.score() >= after.score(),
          "then the score decides: " + ranking);
      assertEquals(after.score(), after.parts().stream().mapToInt(Part::points).sum());
    }
  }

  @Property(tries = 2_000)
  void underStayTheLossOfAllConnectivityExcludesNobody(@ForAll long seed) {
    RandomPlacement draw = new RandomPlacement(new Random(seed));
    List<MemberId> members = RandomPlacement.members(4);
    List<RoleRules> rules = draw.rules(members, 2);
    ClusterFacts facts = draw.facts(members, rules);
    ClusterFacts cutOff =
        facts.withMembers(
            facts.members().stream().map(m -> m.withLink(m.link().reaching(0))).toList());
    for (RoleRules role : rules) {
      for (Candidate candidate : Ranking.of(role, cutOff).candidates()) {
        boolean excluded =
            candidate.exclusions().stream().anyMatch(Exclusion.Disconnected.class::isInstance);
        boolean stops = role.whenAllLack() == WhenAllLack.STOP && candidate.reported();
        assertEquals(stops, excluded, candidate.toString());
      }
    }
  }

  @Property(tries = 2_000)
  void underStayConnectivityAloneNeverLeavesARoleWithoutACandidate(@ForAll long seed) {
    RandomPlacement draw = new RandomPlacement(new Random(seed));
    List<MemberId> members = RandomPlacement.members(4);
    List<RoleRules> rules = draw.rules(members, 3);
    ClusterFacts facts = draw.facts(members, rules);
    ClusterFacts allReach =
        facts.withMembers(
            facts.members().stream().map(m -> m.withLink(MemberFacts.Link.NONE)).toList());
    for (RoleRules role : rules) {
      boolean could = Ranking.of(role, allReach).candidates().get(0).canLead();
      boolean can = Ranking.of(role, facts).candidates().get(0).canLead();
      assertTrue(role.whenAllLack() == WhenAllLack.STOP || could == can, role + " with " + facts);
    }
  }

  @Property(tries = 3_000)
  void moreStickinessNeverCausesAMove(@ForAll long seed, @ForAll @IntRange(max = 400) int more) {
    RandomPlacement draw = new RandomPlacement(new Random(seed));
    List<MemberId> members = RandomPlacement.members(4);
    List<RoleRules> rules = draw.rules(members, 3);
    ClusterFacts facts = draw.facts(members, rules);
    for (RoleRules role : rules) {
      MemberId leader = facts.leaders().get(role.role());
      if (leader != null) {
        int stickiness = role.placement().stickiness();
        RoleRules stickier =
            new RoleRules(
                role.role(), role.placement().sticking(stickiness + more), role.whenAllLack());
        Aim before = Aim.of(role, Ranking.of(role, facts), leader);
        Aim after = Aim.of(stickier, Ranking.of(stickier, facts), leader);
        assertTrue(!(before instanceof Aim.Stay) || after instanceof Aim.Stay, after.toString());
        assertEquals(before instanceof Aim.Leave, after instanceof Aim.Leave);
      }
    }
  }

  // ---- spread

  @Property(tries = 50)
  void theLossOfAMemberMovesExactlyItsRoles(@ForAll @IntRange(min = 2, max = 7) int n) {
    List<MemberId> members = RandomPlacement.members(n);
    Map<String, MemberId> before = firsts(members, members);
    for (MemberId lost : members) {
      List<MemberId> left = new ArrayList<>(members);
      left.remove(lost);
      Map<String, MemberId> unseen = firsts(members, left);
      Map<String, MemberId> removed = firsts(left, left);
      assertEquals(removed, unseen, "lost or gone from the roster is one");
      before.forEach(
          (role, leader) ->
              assertEquals(
                  !leader.equals(lost),
                  leader.equals(unseen.get(role)),
                  role + " without " + lost));
    }
  }

  /** Of 1000 roles over 5 members each has 200 give or take 40, which is three deviations. */
  @Example
  void rolesSpreadEvenly() {
    List<MemberId> members = RandomPlacement.members(5);
    Map<MemberId, Integer> counts = counts(firsts(members, members));
    counts.forEach((m, count) -> assertTrue(Math.abs(count - 200) <= 40, m + ": " + counts));
  }

  /** The roles of a lost member spread over the others, not all to one. */
  @Example
  void theRolesOfALostMemberSpreadToo() {
    List<MemberId> members = RandomPlacement.members(5);
    Map<String, MemberId> before = firsts(members, members);
    for (MemberId lost : members) {
      List<MemberId> left = new ArrayList<>(members);
      left.remove(lost);
      Map<String, MemberId> after = firsts(members, left);
      after.keySet().removeIf(role -> !before.get(role).equals(lost));
      Map<MemberId, Integer> counts = counts(after);
      double fair = after.size() / 4.0;
      counts.forEach(
          (m, count) -> assertTrue(Math.abs(count - fair) <= 25, lost + " lost: " + counts));
      assertEquals(4, counts.size());
    }
  }

  private static Map<MemberId, Integer> counts(Map<String, MemberId> firsts) {
    Map<MemberId, Integer> counts = new HashMap<>();
    firsts.values().forEach(member -> counts.merge(member, 1, Integer::sum));
    return counts;
  }

  private static Map<String, MemberId> firsts(List<MemberId> members, List<MemberId> seen) {
    List<MemberFacts> facts =
        members.stream().map(m -> MemberFacts.fit(m).seen(seen.contains(m), true)).toList();
    ClusterFacts known = new ClusterFacts(members.get(0), facts, Map.of(), false);
    Map<String, MemberId> firsts = new HashMap<>();
    for (int i = 0; i < ROLES; i++) {
      RoleRules role =
          new RoleRules("job-" + i, Placement.anywhere().spreading(), WhenAllLack.STAY);
      firsts.put(role.role(), Ranking.of(role, known).order().get(0));
    }
    return firsts;
  }
}

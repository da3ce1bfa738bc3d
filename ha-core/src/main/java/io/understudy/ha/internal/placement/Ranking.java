package io.understudy.ha.internal.placement;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All members that may lead a role by the roster, best first. A function of rules and facts alone:
 * members that know the same rank alike, whoever asks.
 *
 * <p>A place in the preference is 100 points; the spread gives 0 to 99, so it decides among equals
 * of preference alone; the leader has the points of its stickiness besides. What a member reaches
 * of the outside gives no points: it is enough or it is not. Otherwise each lost answer of a target
 * that nobody needs would reorder the members.
 *
 * @param role the role
 * @param leader who leads it; null if that is not known
 * @param candidates best first; those that cannot lead come last
 * @param differences in which rules for it the members differ, which others rank otherwise then
 */
public record Ranking(
    String role, @Nullable MemberId leader, List<Candidate> candidates, Differences differences) {
  /** Copies. */
  public Ranking {
    candidates = List.copyOf(candidates);
  }

  /** Ranks. */
  public static Ranking of(RoleRules rules, ClusterFacts facts) {
    return of(rules, facts.members(), facts.leaders());
  }

  static Ranking of(RoleRules rules, List<MemberFacts> members, Map<String, MemberId> leaders) {
    MemberId leader = leaders.get(rules.role());
    List<List<Exclusion>> exclusions = exclusions(rules, members, leaders);
    List<Candidate> candidates = new ArrayList<>(members.size());
    for (int i = 0; i < members.size(); i++) {
      candidates.add(candidate(rules, members.get(i), leader, exclusions.get(i)));
    }
    candidates.sort(Candidate.ORDER);
    return new Ranking(rules.role(), leader, candidates, Differences.of(rules.role(), members));
  }

  /** The members, best first. */
  public List<MemberId> order() {
    return candidates.stream().map(Candidate::member).toList();
  }

  /** The place of a member, if it has one. */
  public Optional<Candidate> of(MemberId member) {
    return candidates.stream().filter(c -> c.member().equals(member)).findFirst();
  }

  private static Candidate candidate(
      RoleRules rules, MemberFacts facts, @Nullable MemberId leader, List<Exclusion> exclusions) {
    List<Part> parts = new ArrayList<>(3);
    long weight = 0;
    if (!rules.placement().preference().isEmpty()) {
      parts.add(new Part(Part.PREFERENCE, rules.preferencePoints(facts.member())));
    }
    if (rules.placement().spread()) {
      weight = Rendezvous.weight(rules.role(), facts.member());
      parts.add(new Part(Part.SPREAD, Rendezvous.points(weight, RoleRules.POINTS_PER_PLACE)));
    }
    if (rules.placement().stickiness() > 0 && facts.member().equals(leader)) {
      parts.add(new Part(Part.STICKINESS, rules.placement().stickiness()));
    }
    int score = parts.stream().mapToInt(Part::points).sum();
    return new Candidate(facts.member(), score, parts, exclusions, facts.reported(), weight);
  }

  /** In the order of the facts. Whether connectivity counts depends on all members at once. */
  private static List<List<Exclusion>> exclusions(
      RoleRules rules, List<MemberFacts> members, Map<String, MemberId> leaders) {
    List<String> with = rules.with();
    List<String> notWith = rules.notWith();
    List<List<Exclusion>> all = new ArrayList<>(members.size());
    boolean demanded = rules.whenAllLack() == WhenAllLack.STOP;
    for (MemberFacts member : members) {
      List<Exclusion> found = new ArrayList<>(0);
      byItself(rules.role(), member, found);
      byOtherRoles(with, notWith, member.member(), leaders, found);
      all.add(found);
      demanded |= found.isEmpty() && member.reported() && member.link().isEnough();
    }
    for (int i = 0; demanded && i < all.size(); i++) {
      MemberFacts member = members.get(i);
      if (member.reported() && !member.link().isEnough()) {
        all.get(i).add(new Exclusion.Disconnected(member.link(), rules.whenAllLack()));
      }
    }
    return all;
  }

  private static void byItself(String role, MemberFacts member, List<Exclusion> found) {
    if (!member.reachable()) {
      found.add(new Exclusion.Unreachable());
    }
    if (!member.reported()) {
      return; // nothing else is known of it
    }
    if (member.standby()) {
      found.add(new Exclusion.Standby());
    }
    if (!member.unhealthy().isEmpty()) {
      found.add(new Exclusion.Unhealthy(member.unhealthy()));
    }
    String unfit = member.unfit().get(role);
    if (unfit != null) {
      found.add(new Exclusion.Unfit(unfit));
    }
  }

  private static void byOtherRoles(
      List<String> with,
      List<String> notWith,
      MemberId member,
      Map<String, MemberId> leaders,
      List<Exclusion> found) {
    for (String followed : with) {
      MemberId leader = leaders.get(followed);
      if (leader == null) {
        found.add(new Exclusion.Unled(followed));
      } else if (!leader.equals(member)) {
        found.add(new Exclusion.Apart(followed, leader));
      }
    }
    for (String other : notWith) {
      if (member.equals(leaders.get(other))) {
        found.add(new Exclusion.Beside(other));
      }
    }
  }
}

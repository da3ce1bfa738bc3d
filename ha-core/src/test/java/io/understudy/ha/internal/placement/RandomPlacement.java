package io.understudy.ha.internal.placement;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;
import io.understudy.ha.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Rules and facts drawn from a seed. */
final class RandomPlacement {
  private final Random random;

  RandomPlacement(Random random) {
    this.random = random;
  }

  static List<MemberId> members(int count) {
    List<MemberId> members = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      members.add(MemberId.of("n" + i));
    }
    return members;
  }

  /** Roles that depend on earlier ones, if on any, and that pass the check. */
  List<RoleRules> rules(List<MemberId> members, int count) {
    List<RoleRules> rules = new ArrayList<>();
    while (rules.size() < count) {
      RoleRules next = role("r" + (9 - rules.size()), members, rules);
      rules.add(next);
      if (!PlacementRules.check(rules).isEmpty()) {
        rules.remove(next);
      }
    }
    return rules;
  }

  private RoleRules role(String name, List<MemberId> members, List<RoleRules> earlier) {
    List<MemberId> preference = new ArrayList<>(members);
    Collections.shuffle(preference, random);
    Placement placement =
        Placement.anywhere().preferring(preference.subList(0, random.nextInt(members.size() + 1)));
    if (random.nextBoolean()) {
      placement = placement.failingBackAfter(Duration.ofSeconds(random.nextInt(20)));
    }
    if (random.nextInt(3) == 0) {
      placement = placement.sticking(random.nextInt(250));
    }
    if (random.nextInt(3) == 0) {
      placement = placement.spreading();
    }
    for (RoleRules other : earlier) {
      int kind = random.nextInt(6);
      if (kind == 0) {
        placement = placement.with(other.role());
      } else if (kind == 1) {
        placement = placement.notWith(other.role());
      }
    }
    return new RoleRules(
        name, placement, random.nextInt(3) == 0 ? WhenAllLack.STOP : WhenAllLack.STAY);
  }

  ClusterFacts facts(List<MemberId> members, List<RoleRules> rules) {
    List<MemberFacts> facts = new ArrayList<>();
    members.forEach(member -> facts.add(facts(member, rules)));
    Map<String, MemberId> leaders = new TreeMap<>();
    for (RoleRules role : rules) {
      if (random.nextInt(4) > 0) {
        leaders.put(role.role(), members.get(random.nextInt(members.size())));
      }
    }
    return new ClusterFacts(members.get(0), facts, leaders, false);
  }

  MemberFacts facts(MemberId member, List<RoleRules> rules) {
    Map<String, String> unfit = new TreeMap<>();
    for (RoleRules role : rules) {
      if (random.nextInt(8) == 0) {
        unfit.put(role.role(), "broken");
      }
    }
    return new MemberFacts(
        member,
        random.nextInt(6) > 0,
        random.nextInt(6) > 0,
        random.nextInt(6) == 0,
        new MemberFacts.Link(random.nextInt(3), 2, 1),
        random.nextInt(6) == 0 ? "ill" : "",
        unfit,
        Map.of());
  }
}

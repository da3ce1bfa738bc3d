package io.understudy.ha.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Forecast;
import io.understudy.ha.MemberId;
import io.understudy.ha.WhatIf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds for every dry run. */
class DryRunPropertyTest {
  /** Rules that pass the check come to rest, whatever happens and in whatever order they come. */
  @Property(tries = 3_000)
  void comesToRest(@ForAll long seed) {
    Random random = new Random(seed);
    RandomPlacement draw = new RandomPlacement(random);
    List<MemberId> members = RandomPlacement.members(1 + random.nextInt(5));
    List<RoleRules> rules = draw.rules(members, 1 + random.nextInt(6));
    ClusterFacts facts = draw.facts(members, rules);
    WhatIf change = change(random, members, rules);
    Set<String> running =
        rules.stream()
            .map(RoleRules::role)
            .filter(role -> random.nextBoolean())
            .collect(Collectors.toSet());
    Forecast forecast = DryRun.of(rules, running, facts, change);
    assertTrue(forecast.settled(), change + " with " + rules + " and " + facts);
    assertEquals(rules.size(), forecast.outcomes().size());
    List<RoleRules> shuffled = new ArrayList<>(rules);
    Collections.shuffle(shuffled, random);
    assertEquals(forecast, DryRun.of(shuffled, running, facts, change));
    for (Forecast.Outcome outcome : forecast.outcomes()) {
      assertTrue(!outcome.why().isEmpty(), "says why: " + outcome);
      assertTrue(
          !(change instanceof WhatIf.MemberLost lost)
              || !outcome.after().equals(Optional.of(lost.member())),
          "a lost member leads nothing: " + outcome);
    }
  }

  private static WhatIf change(Random random, List<MemberId> members, List<RoleRules> rules) {
    MemberId member = members.get(random.nextInt(members.size()));
    return switch (random.nextInt(7)) {
      case 0 -> new WhatIf.MemberLost(member);
      case 1 -> new WhatIf.MemberReturned(member);
      case 2 -> new WhatIf.Standby(member, random.nextBoolean());
      case 3 -> new WhatIf.ConnectivityLost(member);
      case 4 -> new WhatIf.ConnectivityRegained(member);
      case 5 -> new WhatIf.Maintenance(random.nextBoolean());
      default -> new WhatIf.RoleMoved(rules.get(random.nextInt(rules.size())).role(), member);
    };
  }
}

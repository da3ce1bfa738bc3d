package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import io.understudy.ha.WhatIf;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Facts as they would be after a {@link WhatIf}. */
final class Changes {
  private Changes() {}

  /** The facts after it; where roles are led changes only by the loss of a member. */
  static ClusterFacts applied(ClusterFacts facts, WhatIf change) {
    if (change instanceof WhatIf.MemberLost lost) {
      ClusterFacts without = changed(facts, lost.member(), m -> m.seen(false, false));
      Map<String, MemberId> left = new TreeMap<>(facts.leaders());
      left.values().removeIf(lost.member()::equals);
      return without.withLeaders(left);
    } else if (change instanceof WhatIf.MemberReturned back) {
      return changed(facts, back.member(), Changes::asNew);
    } else if (change instanceof WhatIf.Standby standby) {
      return changed(facts, standby.member(), m -> m.withStandby(standby.on()));
    } else if (change instanceof WhatIf.ConnectivityLost lost) {
      return changed(facts, lost.member(), m -> m.withLink(m.link().reaching(0)));
    } else if (change instanceof WhatIf.ConnectivityRegained back) {
      return changed(facts, back.member(), m -> m.withLink(m.link().reaching(m.link().targets())));
    } else if (change instanceof WhatIf.Maintenance maintenance) {
      return new ClusterFacts(facts.self(), facts.members(), facts.leaders(), maintenance.on());
    }
    return facts;
  }

  private static ClusterFacts changed(
      ClusterFacts facts, MemberId member, UnaryOperator<MemberFacts> change) {
    requireMember(facts, member);
    return facts.withMembers(
        facts.members().stream()
            .map(m -> m.member().equals(member) ? change.apply(m) : m)
            .toList());
  }

  static void requireMember(ClusterFacts facts, MemberId member) {
    if (facts.members().stream().noneMatch(m -> m.member().equals(member))) {
      throw new IllegalArgumentException(
          "member '%s' is not among those that may lead: %s"
              .formatted(member, facts.members().stream().map(MemberFacts::member).toList()));
    }
  }

  private static MemberFacts asNew(MemberFacts m) {
    return MemberFacts.fit(m.member()).withLink(m.link().reaching(m.link().targets()));
  }
}

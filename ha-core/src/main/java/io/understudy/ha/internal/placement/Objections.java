package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import io.understudy.ha.WhatIf;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Why a {@link WhatIf} changes nothing: nobody could do it, or it cannot happen. */
final class Objections {
  private static final String FROZEN =
      "refused: the cluster is in maintenance, and the role's resources would stop and begin"
          + " nowhere before its end; end maintenance first";

  private Objections() {}

  /**
   * What stands in its way.
   *
   * @param roles those that are answered for
   * @param running the roles that run resources where they are led
   * @return what to say of which role; empty if it can happen
   */
  static Map<String, String> to(
      WhatIf change, ClusterFacts facts, List<String> roles, Set<String> running) {
    Map<String, String> said = new TreeMap<>();
    String impossible = impossible(change, facts);
    if (!impossible.isEmpty()) {
      roles.forEach(role -> said.put(role, "cannot happen because " + impossible));
    } else if (facts.maintenance()) {
      roles.stream()
          .filter(role -> running.contains(role) && stops(role, facts, change))
          .forEach(role -> said.put(role, FROZEN));
    }
    return said;
  }

  private static String impossible(WhatIf change, ClusterFacts facts) {
    if (change instanceof WhatIf.MemberReturned back) {
      MemberFacts member = of(back.member(), facts);
      return member.reachable() && member.reported()
          ? member.member() + " is not away: it has reported within the last two leases"
          : "";
    } else if (change instanceof WhatIf.ConnectivityLost lost) {
      return withoutTargets(of(lost.member(), facts));
    } else if (change instanceof WhatIf.ConnectivityRegained back) {
      return withoutTargets(of(back.member(), facts));
    }
    return "";
  }

  private static String withoutTargets(MemberFacts member) {
    return member.link().targets() == 0
        ? member.member() + " has said of no connectivity target that it watches it"
        : "";
  }

  /** Whether an operator's move would stop its resources. */
  private static boolean stops(String role, ClusterFacts facts, WhatIf change) {
    MemberId leader = facts.leaders().get(role);
    if (leader == null) {
      return false;
    }
    return change instanceof WhatIf.RoleMoved asked
        ? asked.role().equals(role) && !asked.to().equals(leader)
        : change instanceof WhatIf.Standby standby
            && standby.on()
            && standby.member().equals(leader);
  }

  /** It is among them: that was asked before. */
  private static MemberFacts of(MemberId member, ClusterFacts facts) {
    return facts.members().stream()
        .filter(known -> known.member().equals(member))
        .findFirst()
        .orElseThrow();
  }
}

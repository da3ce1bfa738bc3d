package io.understudy.samples.node;

import io.understudy.ha.MemberId;
import io.understudy.ha.WhatIf;
import java.util.List;

/** What a dry run is asked for. */
final class Suppositions {
  private static final List<String> KINDS =
      List.of("lost", "returned", "standby", "disconnected", "role");

  private Suppositions() {}

  static WhatIf of(Query query) throws Answer.Refusal {
    List<String> asked = KINDS.stream().filter(query::has).toList();
    if (asked.size() != 1) {
      throw Query.bad(
          "give one of lost=MEMBER, returned=MEMBER, standby=MEMBER, disconnected=MEMBER, and"
              + " role=ROLE&to=MEMBER; "
              + asked.size()
              + " are given");
    }
    String kind = asked.get(0);
    if (kind.equals("role")) {
      return new WhatIf.RoleMoved(query.required(kind), Operations.member(query.required("to")));
    }
    MemberId member = Operations.member(query.required(kind));
    return switch (kind) {
      case "lost" -> new WhatIf.MemberLost(member);
      case "returned" -> new WhatIf.MemberReturned(member);
      case "standby" -> new WhatIf.Standby(member, true);
      default -> new WhatIf.ConnectivityLost(member);
    };
  }
}

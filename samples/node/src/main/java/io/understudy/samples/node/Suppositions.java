package io.understudy.samples.node;

import io.understudy.ha.WhatIf;

/** What a dry run is asked for. */
final class Suppositions {
  private Suppositions() {}

  static WhatIf of(Query query) throws Answer.Refusal {
    if (query.has("lost")) {
      return new WhatIf.MemberLost(Operations.member(query.required("lost")));
    } else if (query.has("returned")) {
      return new WhatIf.MemberReturned(Operations.member(query.required("returned")));
    } else if (query.has("standby")) {
      return new WhatIf.Standby(Operations.member(query.required("standby")), true);
    } else if (query.has("disconnected")) {
      return new WhatIf.ConnectivityLost(Operations.member(query.required("disconnected")));
    } else if (query.has("role")) {
      return new WhatIf.RoleMoved(query.required("role"), Operations.member(query.required("to")));
    }
    throw Query.bad(
        "name what happens: lost=MEMBER, returned=MEMBER, standby=MEMBER, disconnected=MEMBER, or"
            + " role=ROLE&to=MEMBER");
  }
}

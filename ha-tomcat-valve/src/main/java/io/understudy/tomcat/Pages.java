package io.understudy.tomcat;

import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.Role;
import java.util.Optional;

/** The bodies of the valve's own answers. Everything comes from memory. */
final class Pages {
  private Pages() {}

  /** Why a gated request was turned away. */
  static String rejection(Plan plan, String reason, Optional<LeaderInfo> leader) {
    Json json = Json.object().field("status", 503).field("reason", reason);
    HaNode node = plan.node();
    if (node != null) {
      json.field("member", node.member().value());
    }
    if (plan.role() != null) {
      json.field("role", plan.role().name()).leader(leader);
    }
    return json.done();
  }

  /** Whether gated requests pass, and what the member knows. */
  static String health(Plan plan, long failing) {
    Json json = Json.object().field("status", failing == 0 ? "UP" : "DOWN");
    conditions(json, plan.requirements(), failing);
    HaNode node = plan.node();
    if (node != null) {
      member(json, node.status());
    }
    return json.done();
  }

  private static void conditions(Json json, Requirements requirements, long failing) {
    json.array("conditions");
    for (int i = 0; i < requirements.count(); i++) {
      json.element()
          .field("name", requirements.name(i))
          .field("holds", !Requirements.isFailing(failing, i))
          .end('}');
    }
    json.end(']');
  }

  private static void member(Json json, NodeStatus status) {
    json.field("member", status.member().value())
        .field("cluster", status.cluster())
        .field("quorum", status.quorum())
        .field("inService", status.inService())
        .field("standby", status.standby())
        .array("roles");
    for (NodeStatus.RoleStatus role : status.roles()) {
      json.element()
          .field("role", role.role())
          .field("leading", role.leading())
          .leader(role.leader())
          .end('}');
    }
    json.end(']');
  }

  /** Who leads a role. */
  static String leader(HaNode node, Role role, boolean leading) {
    return Json.object()
        .field("role", role.name())
        .field("member", node.member().value())
        .field("leading", leading)
        .leader(role.leader())
        .done();
  }

  /** What is wrong with a request to the valve itself. */
  static String error(int status, String reason) {
    return Json.object().field("status", status).field("reason", reason).done();
  }
}

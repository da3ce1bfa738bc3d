package io.understudy.samples.node;

import io.understudy.ha.FenceAttempt;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.NodeStatus.MemberStatus;
import io.understudy.ha.NodeStatus.RoleStatus;
import io.understudy.ha.NodeStatus.WitnessStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The status as JSON. */
final class StatusJson {
  private StatusJson() {}

  static Map<String, @Nullable Object> of(NodeStatus status, List<FenceAttempt> fences) {
    return Json.object(
        "node", status.member(),
        "cluster", status.cluster(),
        "incarnation", status.incarnation(),
        "quorum", status.quorum(),
        "inService", status.inService(),
        "standby", status.standby(),
        "maintenance", status.condition().maintenance(),
        "maintenanceBy", status.condition().maintenanceBy().orElse(null),
        "connectivity", connectivity(status.condition()),
        "unhealthy", status.condition().unhealthy(),
        "warnings", status.warnings(),
        "rosterVersion", status.rosterVersion(),
        "rosterKeeper", status.roster().keeper().orElse(null),
        "rosterChange", status.roster().change(),
        "members", status.members().stream().map(StatusJson::member).toList(),
        "roles", status.roles().stream().map(StatusJson::role).toList(),
        "fences", fences.stream().map(StatusJson::fence).toList(),
        // The witness in a database; a witness JVM is a member like any other.
        "witness",
            status
                .rowWitness()
                .map(StatusJson::witness)
                .orElseGet(() -> Json.object("configured", false)));
  }

  private static Map<String, @Nullable Object> connectivity(NodeStatus.Condition condition) {
    return Json.object(
        "reached", condition.reached(),
        "targets", condition.targets(),
        "needed", condition.needed());
  }

  private static Map<String, @Nullable Object> witness(WitnessStatus witness) {
    return Json.object(
        "configured", true,
        "name", witness.member(),
        "reachable", witness.reachable(),
        "trouble", witness.trouble());
  }

  private static Map<String, @Nullable Object> member(MemberStatus member) {
    return Json.object(
        "name", member.member(),
        "votes", member.votes(),
        "witness", member.witness(),
        "reachable", member.reachable(),
        "roster", true);
  }

  private static Map<String, @Nullable Object> fence(FenceAttempt attempt) {
    return Json.object(
        "wall", attempt.time(),
        "role", attempt.role(),
        "member", attempt.target(),
        "level", attempt.level(),
        "hook", attempt.hook(),
        "attempt", attempt.number(),
        "result", attempt.result().outcome().name().toLowerCase(Locale.ROOT),
        "detail", attempt.result().detail(),
        "tookMillis", attempt.took().toMillis());
  }

  private static Map<String, @Nullable Object> role(RoleStatus role) {
    return Json.object(
        "role", role.role(),
        "leader", role.leader().map(LeaderInfo::member).orElse(null),
        "epoch", role.leader().map(LeaderInfo::epoch).orElse(null),
        "leading", role.leading(),
        "leaseLeftMillis", role.leaseLeftMillis(),
        "registerVersion", role.register(),
        "waiting", role.waiting());
  }
}

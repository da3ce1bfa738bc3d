package io.understudy.spring;

import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.NodeStatus;
import io.understudy.jdbc.HaDataSource;
import io.understudy.jdbc.HaDataSourceStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * What the member knows, from memory: it asks no member and no server, and takes no lock. A member
 * that leads nothing is as healthy as a leader.
 */
final class HaHealthIndicator implements HealthIndicator {
  private final HaNode node;
  private final Supplier<@Nullable HaDataSource> dataSource;

  HaHealthIndicator(HaNode node, Supplier<@Nullable HaDataSource> dataSource) {
    this.node = node;
    this.dataSource = dataSource;
  }

  @Override
  public Health health() {
    NodeStatus status = node.status();
    Health.Builder health =
        new Health.Builder(verdict(status))
            .withDetail("cluster", status.cluster())
            .withDetail("member", status.member().value())
            .withDetail("inService", status.inService())
            .withDetail("quorum", status.quorum())
            .withDetail("standby", status.standby())
            .withDetail("members", members(status))
            .withDetail("roles", roles(status));
    HaDataSource source = dataSource.get();
    if (source != null) {
      health.withDetail("writer", writer(source.status()));
    }
    return health.build();
  }

  private static Status verdict(NodeStatus status) {
    if (!status.inService()) {
      return Status.DOWN;
    }
    return status.quorum() ? Status.UP : Status.OUT_OF_SERVICE;
  }

  private static Map<String, Object> members(NodeStatus status) {
    Map<String, Object> members = new LinkedHashMap<>();
    status
        .members()
        .forEach(it -> members.put(it.member().value(), it.reachable() ? "reachable" : "silent"));
    return members;
  }

  private static Map<String, Object> roles(NodeStatus status) {
    Map<String, Object> roles = new LinkedHashMap<>();
    status.roles().forEach(it -> roles.put(it.role(), role(it)));
    return roles;
  }

  private static Map<String, Object> role(NodeStatus.RoleStatus status) {
    Map<String, Object> role = new LinkedHashMap<>();
    role.put("leading", status.leading());
    role.put("leader", status.leader().map(it -> it.member().value()).orElse(""));
    role.put("epoch", status.leader().map(LeaderInfo::epoch).orElse(0L));
    if (!status.waiting().isEmpty()) {
      role.put("waiting", status.waiting());
    }
    return role;
  }

  private static Map<String, Object> writer(HaDataSourceStatus status) {
    Map<String, Object> writer = new LinkedHashMap<>();
    writer.put("dataSource", status.name());
    writer.put("writer", status.route().writer());
    writer.put("phase", status.route().phase().name());
    writer.put("permitted", status.permitted());
    writer.put("reason", status.reason());
    return writer;
  }
}

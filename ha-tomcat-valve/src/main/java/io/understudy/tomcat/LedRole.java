package io.understudy.tomcat;

import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.Role;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The role that the member must lead, perhaps before the member has declared it. Threadsafe. */
final class LedRole {
  private final HaNode node;
  private final String name;

  /** Kept once found, since a role is never undeclared. A race finds the same object twice. */
  private @Nullable Role found;

  LedRole(HaNode node, String name) {
    this.node = node;
    this.name = name;
  }

  String name() {
    return name;
  }

  /**
   * Asks the leadership itself, which reads the clock: a lease that ran out while the process was
   * paused closes the gate although no event has told of it yet.
   */
  boolean isLedHere() {
    Role role = role();
    return role != null && role.isLeader();
  }

  Optional<LeaderInfo> leader() {
    Role role = role();
    return role == null ? Optional.empty() : role.leader();
  }

  String reason() {
    if (role() == null) {
      return "member " + node.member() + " has not declared role " + name;
    }
    return leader()
        .map(leader -> "role " + name + " is led by " + leader.member())
        .orElse("no leader of role " + name + " is known");
  }

  private @Nullable Role role() {
    Role role = found;
    if (role == null) {
      role = node.role(name).orElse(null);
      found = role;
    }
    return role;
  }
}

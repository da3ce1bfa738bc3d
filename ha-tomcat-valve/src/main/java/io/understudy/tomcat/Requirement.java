package io.understudy.tomcat;

import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.Role;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A condition that can say why it does not hold. */
sealed interface Requirement extends Condition {
  /** Why it does not hold, in one clause. */
  String reason();

  /** The member hears a quorum. */
  record Quorum(HaNode node) implements Requirement {
    @Override
    public String name() {
      return "quorum";
    }

    @Override
    public boolean holds() {
      return node.hasQuorum();
    }

    @Override
    public String reason() {
      return "member " + node.member() + " does not hear a quorum of the roster's votes";
    }
  }

  /**
   * The member leads a role. Asks the leadership itself, which reads the clock, so a lease that ran
   * out while the process was paused closes the gate although no event has told of it yet.
   */
  final class Leads implements Requirement {
    private final HaNode node;
    private final String roleName;

    /** Kept once found, since a role is never undeclared. A race finds the same object twice. */
    private @Nullable Role found;

    Leads(HaNode node, String roleName) {
      this.node = node;
      this.roleName = roleName;
    }

    @Override
    public String name() {
      return "role:" + roleName;
    }

    @Override
    public boolean holds() {
      Role role = role();
      return role != null && role.isLeader();
    }

    @Override
    public String reason() {
      if (role() == null) {
        return "member " + node.member() + " has not declared role " + roleName;
      }
      return leader()
          .map(leader -> "role " + roleName + " is led by " + leader.member())
          .orElse("no leader of role " + roleName + " is known");
    }

    String roleName() {
      return roleName;
    }

    Optional<LeaderInfo> leader() {
      Role role = role();
      return role == null ? Optional.empty() : role.leader();
    }

    private @Nullable Role role() {
      Role role = found;
      if (role == null) {
        role = node.role(roleName).orElse(null);
        found = role;
      }
      return role;
    }
  }

  /** A gate of the application's own is open. */
  record Opened(Gate gate) implements Requirement {
    @Override
    public String name() {
      return "gate";
    }

    @Override
    public boolean holds() {
      return gate.open();
    }

    @Override
    public String reason() {
      return gate.reason();
    }
  }

  /** A condition that the application added. */
  record Added(Condition condition) implements Requirement {
    @Override
    public String name() {
      return condition.name();
    }

    @Override
    public boolean holds() {
      return condition.holds();
    }

    @Override
    public String reason() {
      return "condition " + name() + " does not hold";
    }
  }

  /** Never holds: the valve is not started. */
  record Started() implements Requirement {
    @Override
    public String name() {
      return "started";
    }

    @Override
    public boolean holds() {
      return false;
    }

    @Override
    public String reason() {
      return "the valve is not started";
    }
  }
}

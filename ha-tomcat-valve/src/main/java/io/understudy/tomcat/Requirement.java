package io.understudy.tomcat;

import io.understudy.ha.HaNode;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Something that must hold, and why it does not when it does not.
 *
 * @param name the name that answers show
 * @param holds whether it holds now; see {@link Condition#holds()} for its duties
 * @param reason one clause
 */
record Requirement(String name, BooleanSupplier holds, Supplier<String> reason) {
  static Requirement quorum(HaNode node) {
    return new Requirement(
        "quorum",
        node::hasQuorum,
        () -> "member " + node.member() + " does not hear a quorum of the roster's votes");
  }

  static Requirement leads(LedRole role) {
    return new Requirement("role:" + role.name(), role::isLedHere, role::reason);
  }

  static Requirement open(Gate gate) {
    return new Requirement("gate", gate::open, gate::reason);
  }

  static Requirement added(Condition condition) {
    String name = condition.name();
    return new Requirement(name, condition::holds, () -> "condition " + name + " does not hold");
  }

  /** Never holds. */
  static Requirement started() {
    return new Requirement("started", () -> false, () -> "the valve is not started");
  }
}

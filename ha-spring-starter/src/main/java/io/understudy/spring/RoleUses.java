package io.understudy.spring;

import io.understudy.ha.HaNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Collects which roles the application relies on. A role that nobody declares is led by nobody, so
 * its methods would be skipped and its requests rejected for ever, in silence: it is refused as
 * soon as all beans exist, and for beans that are made later, when they are made.
 */
final class RoleUses implements SmartInitializingSingleton {
  private final Set<String> configured;
  private final HaNode node;
  private final Map<String, String> roles = new ConcurrentHashMap<>();
  private volatile boolean complete;

  RoleUses(Set<String> configured, HaNode node) {
    this.configured = Set.copyOf(configured);
    this.node = node;
  }

  /**
   * Notes a use.
   *
   * @param role the role's name
   * @param where who relies on it, for people
   */
  void add(String role, String where) {
    roles.put(where, role);
    if (complete) {
      check(role, where);
    }
  }

  @Override
  public void afterSingletonsInstantiated() {
    complete = true;
    roles.forEach((where, role) -> check(role, where));
  }

  private void check(String role, String where) {
    if (!configured.contains(role) && node.role(role).isEmpty()) {
      throw new HaStartException(
          where
              + " relies on role '"
              + role
              + "', which this member does not declare; ha.roles names "
              + new TreeSet<>(configured)
              + ".",
          "Add the role to ha.roles, or correct the name.");
    }
  }
}

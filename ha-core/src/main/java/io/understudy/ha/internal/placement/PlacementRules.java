package io.understudy.ha.internal.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds what the rules of several roles demand in vain. Roles that are named and not declared are
 * no error: they may be declared later.
 *
 * <p>No role may follow or give way to itself by way of others. Without such circles the roles can
 * be put in an order in which each depends on earlier ones alone, so each comes to rest after them,
 * and the moves end. Two roles that give way to each other would both leave, and meet again.
 */
public final class PlacementRules {
  private final Map<String, RoleRules> rules = new TreeMap<>();

  private PlacementRules(Collection<RoleRules> all) {
    all.forEach(role -> rules.put(role.role(), role));
  }

  /**
   * Checks.
   *
   * @param all the rules of all roles that are declared at one member
   * @return what is wrong and what to change, a line for each problem; empty if nothing is
   */
  public static List<String> check(Collection<RoleRules> all) {
    PlacementRules checked = new PlacementRules(all);
    List<String> circles = checked.circles();
    return circles.isEmpty() ? checked.contradictions() : circles;
  }

  /** The roles so that each stands after those it depends on; the name decides among the others. */
  static List<RoleRules> inOrder(Collection<RoleRules> all) {
    PlacementRules sorted = new PlacementRules(all);
    Set<String> done = new LinkedHashSet<>();
    sorted.rules.keySet().forEach(role -> sorted.visit(role, done, new TreeSet<>()));
    List<RoleRules> ordered = new ArrayList<>();
    for (String role : done) {
      RoleRules known = sorted.rules.get(role);
      if (known != null) {
        ordered.add(known);
      }
    }
    return ordered;
  }

  private void visit(String role, Set<String> done, Set<String> underWay) {
    if (done.contains(role) || !underWay.add(role)) {
      return;
    }
    dependsOn(role).forEach(other -> visit(other, done, underWay));
    done.add(role);
  }

  private List<String> dependsOn(String role) {
    List<String> all = new ArrayList<>(with(role));
    all.addAll(notWith(role));
    return all;
  }

  private List<String> with(String role) {
    RoleRules known = rules.get(role);
    return known == null ? List.of() : known.with();
  }

  private List<String> notWith(String role) {
    RoleRules known = rules.get(role);
    return known == null ? List.of() : known.notWith();
  }

  // ---- circles

  private List<String> circles() {
    List<String> found = new ArrayList<>();
    Set<String> done = new TreeSet<>();
    for (String role : rules.keySet()) {
      seek(role, new ArrayList<>(), done, found);
    }
    return found;
  }

  private void seek(String role, List<String> path, Set<String> done, List<String> found) {
    int seen = path.indexOf(role);
    if (seen >= 0) {
      found.add(circle(path.subList(seen, path.size())));
    } else if (!done.contains(role)) {
      path.add(role);
      dependsOn(role).forEach(other -> seek(other, path, done, found));
      path.remove(path.size() - 1);
      done.add(role);
    }
  }

  private String circle(List<String> roles) {
    StringBuilder text = new StringBuilder("the rules form a circle: '" + roles.get(0) + "'");
    for (int i = 0; i < roles.size(); i++) {
      String next = roles.get((i + 1) % roles.size());
      String does = with(roles.get(i)).contains(next) ? "follows" : "gives way to";
      text.append(i == 0 ? " " : ", which ").append(does).append(" '").append(next).append('\'');
    }
    return text.append("; drop one of these rules, for one of the roles has to be placed first")
        .toString();
  }

  // ---- contradictions

  /** Whatever a role follows by way of others is led where it is; so is what follows that. */
  private List<String> contradictions() {
    List<String> found = new ArrayList<>();
    for (String role : rules.keySet()) {
      Set<String> together = together(role);
      for (String one : together) {
        for (String other : notWith(one)) {
          boolean told = !one.equals(role) && common(together(one), other).isPresent();
          if (!told) { // else it is told of the role that is followed, where it has to be mended
            common(together, other)
                .ifPresent(anchor -> found.add(contradiction(role, one, other, anchor)));
          }
        }
      }
    }
    return found;
  }

  /** A role that the other one follows, or is itself, and that is among these. */
  private Optional<String> common(Set<String> together, String other) {
    return together(other).stream().filter(together::contains).findFirst();
  }

  private Set<String> together(String role) {
    Set<String> all = new TreeSet<>();
    gather(role, all);
    return all;
  }

  private void gather(String role, Set<String> all) {
    if (all.add(role)) {
      with(role).forEach(other -> gather(other, all));
    }
  }

  private static String contradiction(String role, String one, String other, String anchor) {
    String follows =
        other.equals(anchor)
            ? "role '%s' must be with '%s'".formatted(role, other)
            : "roles '%s' and '%s' must both be with '%s'".formatted(role, other, anchor);
    String givesWay =
        one.equals(role)
            ? "'%s' must not be with '%s'".formatted(role, other)
            : "'%s', which '%s' must be with, must not be with '%s'".formatted(one, role, other);
    return "%s, but %s: '%s' could not be led while '%s' is; drop one of these rules"
        .formatted(follows, givesWay, role, other);
  }
}

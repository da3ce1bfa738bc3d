package io.understudy.ha.internal.facts;

import io.understudy.ha.internal.placement.MemberFacts;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a member says of itself. Evidence: nobody's vote depends on it.
 *
 * @param standby whether an operator took it out of the running
 * @param maintenance the last word on maintenance that it has heard
 * @param link what it reaches of the outside
 * @param unhealthy why it is not fit to lead anything; empty if it is
 * @param roles what it has to say of roles; nothing of those that are not in it
 * @param rules by what rules it places roles
 */
public record Report(
    boolean standby,
    Maintenance maintenance,
    MemberFacts.Link link,
    String unhealthy,
    Map<String, RoleReport> roles,
    RulesReport rules) {
  /** Of a member that says nothing of its rules. */
  public Report(
      boolean standby,
      Maintenance maintenance,
      MemberFacts.Link link,
      String unhealthy,
      Map<String, RoleReport> roles) {
    this(standby, maintenance, link, unhealthy, roles, RulesReport.NONE);
  }

  /** Cuts and copies, sorted. */
  public Report {
    unhealthy = Words.cut(unhealthy, RoleReport.MAX_REASON);
    roles = Collections.unmodifiableMap(new TreeMap<>(roles));
  }

  /** The same with other roles and rules. */
  public Report with(Map<String, RoleReport> otherRoles, RulesReport otherRules) {
    return new Report(standby, maintenance, link, unhealthy, otherRoles, otherRules);
  }

  /** The same without the digest of each role. */
  public Report inBrief() {
    return with(roles, rules.with(Map.of()));
  }

  /** Why it may not lead each role; those without such a reason are not in it. */
  public Map<String, String> unfit() {
    Map<String, String> reasons = new TreeMap<>();
    roles.forEach(
        (role, said) -> {
          if (!said.unfit().isEmpty()) {
            reasons.put(role, said.unfit());
          }
        });
    return reasons;
  }
}

package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import java.util.Map;

/**
 * What is known of one member of the roster that may lead: by itself if it is this one, else by its
 * last report. Evidence; it may be old or missing.
 *
 * @param member the member
 * @param reachable whether it is seen
 * @param reported whether it has reported lately; nothing below means anything if it has not
 * @param standby whether an operator took it out of the running
 * @param link what it reaches of the outside
 * @param unhealthy why its application is not fit to lead anything; empty if it is
 * @param unfit why it may not lead a role by that role's resources; a role that is not in it has no
 *     such reason
 * @param rules by what rules it places each role, as far as it says so
 */
public record MemberFacts(
    MemberId member,
    boolean reachable,
    boolean reported,
    boolean standby,
    Link link,
    String unhealthy,
    Map<String, String> unfit,
    Map<String, RulesDigest> rules) {

  /**
   * What a member reaches of the outside, dampened: a single lost answer changes nothing.
   *
   * @param reached how many of its targets it reaches
   * @param targets how many it has; 0 if none are configured
   * @param needed how many it needs to reach
   */
  public record Link(int reached, int targets, int needed) {
    /** No targets are configured. */
    public static final Link NONE = new Link(0, 0, 0);

    /** The same targets, of which it reaches so many. */
    Link reaching(int others) {
      return new Link(others, targets, needed);
    }

    /** Whether it reaches enough. */
    public boolean isEnough() {
      return reached >= needed;
    }
  }

  /** Copies. */
  public MemberFacts {
    unfit = Map.copyOf(unfit);
    rules = Map.copyOf(rules);
  }

  /** A reachable member with nothing against it. */
  public static MemberFacts fit(MemberId member) {
    return new MemberFacts(member, true, true, false, Link.NONE, "", Map.of(), Map.of());
  }

  /** Seen or not, and heard of or not. */
  MemberFacts seen(boolean isReachable, boolean hasReported) {
    return new MemberFacts(
        member, isReachable, hasReported, standby, link, unhealthy, unfit, rules);
  }

  MemberFacts withStandby(boolean on) {
    return new MemberFacts(member, reachable, reported, on, link, unhealthy, unfit, rules);
  }

  MemberFacts withLink(Link other) {
    return new MemberFacts(member, reachable, reported, standby, other, unhealthy, unfit, rules);
  }

  MemberFacts withHealth(String reason) {
    return new MemberFacts(member, reachable, reported, standby, link, reason, unfit, rules);
  }

  MemberFacts withUnfit(Map<String, String> reasons) {
    return new MemberFacts(member, reachable, reported, standby, link, unhealthy, reasons, rules);
  }

  MemberFacts withRules(Map<String, RulesDigest> others) {
    return new MemberFacts(member, reachable, reported, standby, link, unhealthy, unfit, others);
  }
}

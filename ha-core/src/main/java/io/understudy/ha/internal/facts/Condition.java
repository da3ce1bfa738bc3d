package io.understudy.ha.internal.facts;

import io.understudy.ha.internal.placement.MemberFacts;

/**
 * What a member finds out about itself.
 *
 * @param link what it reaches of the outside
 * @param unhealthy why it is not fit to lead anything; empty if it is
 */
public record Condition(MemberFacts.Link link, String unhealthy) {
  /** Nothing is asked of it. */
  public static final Condition FIT = new Condition(MemberFacts.Link.NONE, "");
}

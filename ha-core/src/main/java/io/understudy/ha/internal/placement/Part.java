package io.understudy.ha.internal.placement;

/**
 * A part of a member's score.
 *
 * @param name what it is for
 * @param points how much
 */
public record Part(String name, int points) {
  static final String PREFERENCE = "preference";
  static final String SPREAD = "spread";
  static final String STICKINESS = "stickiness";
}

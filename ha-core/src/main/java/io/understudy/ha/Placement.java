package io.understudy.ha;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which member should lead a role. Immutable. Rules decide who campaigns, in which order, and when
 * a leader moves; they never decide a vote, so a wrong rule costs comfort and not safety.
 *
 * @param preference members in the order in which they should lead; others come after them by id
 * @param failback how long a better-placed member must have been able to lead before the role moves
 *     to it by itself; empty: never
 * @param stickiness by how much better another member must be placed for a fail-back, in points of
 *     {@code explain}; one place in the preference is 100 points. 0 to 1,000,000, default 0
 * @param with roles that must be led at the same member: this one follows them, and is led nowhere
 *     while one of them is not
 * @param notWith roles that must not be led at the same member: this one gives way to them
 * @param spread whether the role's name decides among equals, by a stable hash over the members, so
 *     that many roles spread and the loss of a member moves only its own
 */
public record Placement(
    List<MemberId> preference,
    Optional<Duration> failback,
    int stickiness,
    Set<String> with,
    Set<String> notWith,
    boolean spread) {
  private static final Duration LONGEST_DELAY = Duration.ofDays(1);
  private static final int MOST_STICKINESS = 1_000_000;

  private static final Placement ANYWHERE =
      new Placement(List.of(), Optional.empty(), 0, Set.of(), Set.of(), false);

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if a member stands twice in the preference, a number is out of
   *     its bounds, or a role is in both sets
   */
  public Placement {
    preference = List.copyOf(preference);
    if (Set.copyOf(preference).size() != preference.size()) {
      throw new IllegalArgumentException("a member stands twice in the preference " + preference);
    }
    failback.ifPresent(Placement::requireDelay);
    if (stickiness < 0 || stickiness > MOST_STICKINESS) {
      throw new IllegalArgumentException(
          "stickiness " + stickiness + " is not 0 to " + MOST_STICKINESS);
    }
    with = Set.copyOf(with);
    notWith = Set.copyOf(notWith);
    for (String role : with) {
      if (notWith.contains(role)) {
        throw new IllegalArgumentException("with and not with role '" + role + "' at once");
      }
    }
  }

  private static void requireDelay(Duration delay) {
    if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
      throw new IllegalArgumentException("fail-back delay " + delay + " is not zero to one day");
    }
  }

  /**
   * No rule: any member may lead, by id, and the role stays where it is.
   *
   * @return the rules
   */
  public static Placement anywhere() {
    return ANYWHERE;
  }

  /**
   * With an order of preference.
   *
   * @param members who should lead, best first
   * @return a changed copy
   */
  public Placement preferring(List<MemberId> members) {
    return new Placement(members, failback, stickiness, with, notWith, spread);
  }

  /**
   * With automatic fail-back.
   *
   * @param delay for how long the better member must have been able to lead; zero to one day
   * @return a changed copy
   */
  public Placement failingBackAfter(Duration delay) {
    return new Placement(preference, Optional.of(delay), stickiness, with, notWith, spread);
  }

  /**
   * With a weight against fail-back.
   *
   * @param points by how much better another member must be placed
   * @return a changed copy
   */
  public Placement sticking(int points) {
    return new Placement(preference, failback, points, with, notWith, spread);
  }

  /**
   * With one more role that must be led at the same member.
   *
   * @param role its name
   * @return a changed copy
   */
  public Placement with(String role) {
    return new Placement(preference, failback, stickiness, plus(with, role), notWith, spread);
  }

  /**
   * With one more role that must not be led at the same member.
   *
   * @param role its name
   * @return a changed copy
   */
  public Placement notWith(String role) {
    return new Placement(preference, failback, stickiness, with, plus(notWith, role), spread);
  }

  /**
   * Spread by a stable hash.
   *
   * @return a changed copy
   */
  public Placement spreading() {
    return new Placement(preference, failback, stickiness, with, notWith, true);
  }

  private static Set<String> plus(Set<String> roles, String role) {
    Set<String> more = new TreeSet<>(roles);
    more.add(role);
    return more;
  }
}

package io.understudy.ha.internal.placement;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;
import io.understudy.ha.Placement;
import java.util.List;
import java.util.Set;

/**
 * What decides about one role's place.
 *
 * @param role its name
 * @param placement its rules
 * @param whenAllLack what happens when no member reaches enough of the outside
 */
public record RoleRules(String role, Placement placement, WhenAllLack whenAllLack) {
  /** One place in the preference, in points. */
  static final int POINTS_PER_PLACE = 100;

  /** The points of a member by the preference: 0 if it is not in it. */
  int preferencePoints(MemberId member) {
    List<MemberId> preference = placement.preference();
    int index = preference.indexOf(member);
    return index < 0 ? 0 : (preference.size() - index) * POINTS_PER_PLACE;
  }

  /** The roles that it follows, by name. */
  List<String> with() {
    return sorted(placement.with());
  }

  /** The roles that it gives way to, by name. */
  List<String> notWith() {
    return sorted(placement.notWith());
  }

  /** Sets have no order that two processes agree on. */
  private static List<String> sorted(Set<String> roles) {
    return roles.size() < 2 ? List.copyOf(roles) : roles.stream().sorted().toList();
  }
}

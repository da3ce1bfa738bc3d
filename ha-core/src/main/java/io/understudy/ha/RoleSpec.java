package io.understudy.ha;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a member says of a role when it declares it. Immutable. Give every member the same
 * specification: each decides by its own.
 *
 * @param name 1 to 64 characters of {@code A-Z a-z 0-9 . _ : -}; names that begin with {@code _}
 *     are reserved
 * @param listener is told of election and revocation
 * @param placement which member should lead
 * @param group what starts and stops with the role
 * @param takeover what must be known of the last leader before the next one begins
 */
public record RoleSpec(
    String name,
    RoleListener listener,
    Placement placement,
    ResourceGroup group,
    Takeover takeover) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

  private static final RoleListener SILENT =
      new RoleListener() {
        @Override
        public void elected(Leadership leadership) {}

        @Override
        public void revoked(Leadership leadership, RevokeReason reason) {}
      };

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if the name has another form, or the role is to be with or not
   *     with itself
   */
  public RoleSpec {
    if (!FORM.matcher(name).matches() || name.startsWith("_")) {
      throw new IllegalArgumentException(
          "role name '"
              + name
              + "' is not 1 to 64 characters of A-Z a-z 0-9 . _ : - or begins with the reserved _");
    }
    if (placement.with().contains(name) || placement.notWith().contains(name)) {
      throw new IllegalArgumentException(
          "role '" + name + "' is to be with or not with itself; name another role");
    }
  }

  /**
   * A role without listener, resources, or rules of its own.
   *
   * @param name the role's name
   * @return the specification
   */
  public static RoleSpec named(String name) {
    return new RoleSpec(
        name, SILENT, Placement.anywhere(), ResourceGroup.none(), Takeover.atOnce());
  }

  /**
   * With a listener.
   *
   * @param newListener is told of election and revocation
   * @return a changed copy
   */
  public RoleSpec listening(RoleListener newListener) {
    return new RoleSpec(name, newListener, placement, group, takeover);
  }

  /**
   * With rules of placement.
   *
   * @param rules which member should lead
   * @return a changed copy
   */
  public RoleSpec placed(Placement rules) {
    return new RoleSpec(name, listener, rules, group, takeover);
  }

  /**
   * With an order of preference.
   *
   * @param members who should lead, best first
   * @return a changed copy
   */
  public RoleSpec preferring(List<MemberId> members) {
    return placed(placement.preferring(members));
  }

  /**
   * With automatic fail-back: the role moves to a better-placed member by itself once that has been
   * able to lead for so long. Without it the role stays where it works.
   *
   * @param delay for how long; zero to one day
   * @return a changed copy
   */
  public RoleSpec failingBackAfter(Duration delay) {
    return placed(placement.failingBackAfter(delay));
  }

  /**
   * With resources that start and stop with the role.
   *
   * @param resources the resources in their order
   * @return a changed copy
   */
  public RoleSpec running(ResourceGroup resources) {
    return new RoleSpec(name, listener, placement, resources, takeover);
  }

  /**
   * With demands on a takeover.
   *
   * @param demands what must be known of the last leader
   * @return a changed copy
   */
  public RoleSpec takenOver(Takeover demands) {
    return new RoleSpec(name, listener, placement, group, demands);
  }
}

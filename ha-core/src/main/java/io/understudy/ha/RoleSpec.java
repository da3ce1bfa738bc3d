package io.understudy.ha;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a member says of a role when it declares it. Immutable.
 *
 * @param name 1 to 64 characters of {@code A-Z a-z 0-9 . _ : -}; names that begin with {@code _}
 *     are reserved
 * @param listener is told of election and revocation
 * @param preference members in the order in which they should lead; others come after them by id.
 *     Give every member the same list
 * @param failback whether a leader hands over by itself once a member that stands before it in the
 *     preference has been able to lead for two leases
 * @param group what starts and stops with the role
 */
public record RoleSpec(
    String name,
    RoleListener listener,
    List<MemberId> preference,
    boolean failback,
    ResourceGroup group) {
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
   * @throws IllegalArgumentException if the name has another form
   */
  public RoleSpec {
    if (!FORM.matcher(name).matches() || name.startsWith("_")) {
      throw new IllegalArgumentException(
          "role name '"
              + name
              + "' is not 1 to 64 characters of A-Z a-z 0-9 . _ : - or begins with the reserved _");
    }
    preference = List.copyOf(preference);
  }

  /**
   * A role without listener, preference, fail-back or resources.
   *
   * @param name the role's name
   * @return the specification
   */
  public static RoleSpec named(String name) {
    return new RoleSpec(name, SILENT, List.of(), false, ResourceGroup.none());
  }

  /**
   * With a listener.
   *
   * @param newListener is told of election and revocation
   * @return a changed copy
   */
  public RoleSpec listening(RoleListener newListener) {
    return new RoleSpec(name, newListener, preference, failback, group);
  }

  /**
   * With an order of preference.
   *
   * @param members who should lead, best first
   * @return a changed copy
   */
  public RoleSpec preferring(List<MemberId> members) {
    return new RoleSpec(name, listener, members, failback, group);
  }

  /**
   * With or without automatic fail-back to a preferred member.
   *
   * @param automatic whether to hand over to a better member by itself; default false
   * @return a changed copy
   */
  public RoleSpec failingBack(boolean automatic) {
    return new RoleSpec(name, listener, preference, automatic, group);
  }

  /**
   * With resources that start and stop with the role.
   *
   * @param resources the resources in their order
   * @return a changed copy
   */
  public RoleSpec running(ResourceGroup resources) {
    return new RoleSpec(name, listener, preference, failback, resources);
  }
}

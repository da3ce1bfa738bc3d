package io.understudy.ha.internal.facts;

/**
 * What a member says of a role.
 *
 * @param unfit why it may not lead it by the role's resources; empty if it may
 * @param stoppedThrough nothing that the role's group started in this epoch or an earlier one works
 *     at this life of the member any more; 0 if nothing is said about that
 */
public record RoleReport(String unfit, long stoppedThrough) {
  /** How long a reason may be. */
  public static final int MAX_REASON = 200;

  /** Why; short enough that no cut changes it, so it is known by its words. */
  private static final String UNDECLARED = "has not declared the role, or not yet";

  /** Nothing to say. */
  public static final RoleReport NOTHING = new RoleReport("", 0);

  /** Cuts the reason. */
  public RoleReport {
    unfit = Words.cut(unfit, MAX_REASON);
    if (stoppedThrough < 0) {
      throw new IllegalArgumentException("epoch " + stoppedThrough);
    }
  }

  /** What a member says of a role that it knows and has not declared. */
  public static RoleReport undeclared(long stoppedThrough) {
    return new RoleReport(UNDECLARED, stoppedThrough);
  }

  /** Whether the member runs without the role. */
  public boolean isUndeclared() {
    return unfit.equals(UNDECLARED);
  }

  /** The same with a shorter reason. */
  public RoleReport cutTo(int length) {
    return new RoleReport(Words.cut(unfit, length), stoppedThrough);
  }
}

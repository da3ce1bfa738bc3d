package io.understudy.ha.internal.facts;

import io.understudy.ha.RegisterVersion;

/**
 * What a member says of a role.
 *
 * @param unfit why it may not lead it by the role's resources; empty if it may
 * @param stoppedThrough nothing that the role's group started in this epoch or an earlier one works
 *     at this life of the member any more; 0 if nothing is said about that
 * @param done it is done with what the role's register asked up to this version
 * @param statement what the users of its register there say to the others
 */
public record RoleReport(
    String unfit, long stoppedThrough, RegisterVersion done, Statement statement) {
  /** How long a reason may be. */
  public static final int MAX_REASON = 200;

  /** Newer than all: whoever does not use the register is done with it. */
  public static final RegisterVersion ALL_VERSIONS =
      new RegisterVersion(Long.MAX_VALUE, Long.MAX_VALUE);

  /** Why; short enough that no cut changes it, so it is known by its words. */
  private static final String UNDECLARED = "has not declared the role, or not yet";

  /** Nothing to say. */
  public static final RoleReport NOTHING = new RoleReport("", 0);

  /** Of a member that is done with nothing. */
  public RoleReport(String unfit, long stoppedThrough) {
    this(unfit, stoppedThrough, RegisterVersion.NONE);
  }

  /** Of a member whose users of the register say nothing. */
  public RoleReport(String unfit, long stoppedThrough, RegisterVersion done) {
    this(unfit, stoppedThrough, done, Statement.NONE);
  }

  /** Cuts the reason. */
  public RoleReport {
    unfit = Words.cut(unfit, MAX_REASON);
    if (stoppedThrough < 0) {
      throw new IllegalArgumentException("epoch " + stoppedThrough);
    }
    if (done.epoch() < 0 || done.seq() < 0) {
      throw new IllegalArgumentException("version " + done);
    }
  }

  /** What a member says of a role that it knows and has not declared. */
  public static RoleReport undeclared(long stoppedThrough) {
    return new RoleReport(UNDECLARED, stoppedThrough, ALL_VERSIONS);
  }

  /** Whether the member runs without the role. */
  public boolean isUndeclared() {
    return unfit.equals(UNDECLARED);
  }

  /** The same with a shorter reason. */
  public RoleReport cutTo(int length) {
    return new RoleReport(Words.cut(unfit, length), stoppedThrough, done, statement);
  }
}

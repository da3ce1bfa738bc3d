package io.understudy.ha;

/**
 * What a member knows of a role's register at one moment.
 *
 * @param value the newest value known to be committed; {@link RegisterValue#NONE} before the first
 * @param permitUntilNanos end of the permit on this process' {@link System#nanoTime()}
 * @param permitWallUntilMillis its end on {@link System#currentTimeMillis()}, which betrays a
 *     suspended machine
 * @param permitted whether there is a permit at all
 */
public record RegisterView(
    RegisterValue value, long permitUntilNanos, long permitWallUntilMillis, boolean permitted) {
  /** Nothing known, nothing permitted. */
  public static final RegisterView UNKNOWN = new RegisterView(RegisterValue.NONE, 0, 0, false);

  /**
   * Whether this member may act on {@link #value()} now: the role's leader confirmed it less than a
   * lease ago, counted from the moment this member <em>sent</em> the message that the leader
   * answered. The leader lets nobody act on a newer value before such permits have run out. Take a
   * fresh {@link RoleRegister#view()} for each decision; a view never regains its permit, unless
   * the wall clock is set back.
   *
   * @return true while the permit runs; two clock reads
   */
  public boolean isPermitted() {
    return permitted
        && System.nanoTime() - permitUntilNanos < 0
        && System.currentTimeMillis() < permitWallUntilMillis;
  }
}

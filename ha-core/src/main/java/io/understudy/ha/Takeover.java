package io.understudy.ha;

/**
 * What must be known of the last leader of a role before the next one begins. Immutable.
 *
 * <p>The election alone already sees to it that no two members hold a valid lease. This is about
 * what the last leader may have left at work.
 *
 * @param exclusion what keeps the old and the new work apart
 * @param fenceRequired whether a leader that did not stop in good order must be fenced first: by a
 *     confirmed {@link io.understudy.ha.spi.FenceHook}, or by an operator's {@link
 *     HaNode#confirmFenced}. Until then nobody begins, and the role's status says so
 */
public record Takeover(Exclusion exclusion, boolean fenceRequired) {
  /** What keeps the work of two leaderships apart. */
  public enum Exclusion {
    /**
     * The epoch: the new leader begins at once, and whatever it works on compares {@link
     * Leadership#epoch()} and refuses the older one. The default.
     */
    TOKEN,
    /**
     * Time: the new leader begins only when the old group is known to have stopped. Told so, or its
     * process is dead or fenced, or its {@linkplain ResourceGroup#stopTimeout time to stop} has
     * passed, on any clock within the bound and with half a second to spare, under a guard that
     * ends the process.
     *
     * <p>Resources that {@linkplain Resource#outlivesProcess outlive their process} are not stopped
     * by its end. With a {@link Guardian} twice the time to stop must pass. Without one neither
     * death, nor time, nor a fence of scope {@code PROCESS} is enough: the new leader waits for the
     * member's own word, a fence of scope {@code MACHINE} or {@code RESOURCE}, or an operator.
     *
     * <p>It is about resources; a {@link RoleListener} is not waited for. Change a role's takeover
     * only while no member leads it.
     */
    STOPPED
  }

  private static final Takeover AT_ONCE = new Takeover(Exclusion.TOKEN, false);
  private static final Takeover AFTER_STOP = new Takeover(Exclusion.STOPPED, false);

  /**
   * At once; the epoch keeps them apart.
   *
   * @return the demands
   */
  public static Takeover atOnce() {
    return AT_ONCE;
  }

  /**
   * Once the old group is known to have stopped.
   *
   * @return the demands
   */
  public static Takeover afterStop() {
    return AFTER_STOP;
  }

  /**
   * Only once the last leader is fenced, unless it stopped in good order.
   *
   * @return a changed copy
   */
  public Takeover requiringFence() {
    return new Takeover(exclusion, true);
  }

  /**
   * Whether the next leader has to find out anything before it begins.
   *
   * @return false if it begins at once
   */
  public boolean isConditional() {
    return fenceRequired || exclusion == Exclusion.STOPPED;
  }
}

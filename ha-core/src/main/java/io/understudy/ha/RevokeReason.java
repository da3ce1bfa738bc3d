package io.understudy.ha;

import java.util.Locale;

/** Why a leadership ended. */
public enum RevokeReason {
  /** The lease ran out: no quorum acknowledged in time, or the process was paused. */
  LEASE_EXPIRED,
  /** The application or an operator resigned the role. */
  RESIGNED,
  /** The role was handed over to a named member. */
  HANDED_OVER,
  /** A leadership of a higher epoch took its place, possibly of this same member. */
  SUPERSEDED,
  /** The member may no longer lead: standby, or its durable state cannot be written. */
  INELIGIBLE,
  /** The node was closed. */
  CLOSED;

  /**
   * The reason as logs, events and the status show it.
   *
   * @return lower case with hyphens, for example {@code lease-expired}
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

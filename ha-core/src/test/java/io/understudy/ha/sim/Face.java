package io.understudy.ha.sim;

import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Life;
import org.jspecify.annotations.Nullable;

/**
 * One role as the application sees it at one life of a member: what was announced, and nothing
 * else. A new life begins with a new face.
 */
final class Face {
  boolean open;
  long epoch;
  long leaseUntilNanos;

  @Nullable RegisterVersion permitted;
  long permitUntilNanos;

  RegisterVersion committed = RegisterVersion.NONE;
  RegisterVersion settled = RegisterVersion.NONE;

  @Nullable Life leader;
  long leaderEpoch;

  /** The epoch of the last heartbeat that this life acknowledged. */
  long acknowledgedEpoch = -1;

  /**
   * Whether the application may act as leader: announced, not revoked, before the end of the lease.
   */
  boolean leads(long localNanos) {
    return open && localNanos - leaseUntilNanos < 0;
  }

  /** Whether it may act on the permitted version. */
  boolean isPermitted(long localNanos) {
    return permitted != null && localNanos - permitUntilNanos < 0;
  }
}

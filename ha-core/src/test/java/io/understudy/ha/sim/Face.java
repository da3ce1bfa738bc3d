package io.understudy.ha.sim;

import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.runtime.Lease;
import org.jspecify.annotations.Nullable;

/**
 * One role as the application sees it at one life of a member: what was announced, and nothing
 * else. A new life begins with a new face.
 */
final class Face {
  private final SimMember member;
  boolean open;
  long epoch;
  Lease lease = new Lease(0, Long.MIN_VALUE);

  @Nullable RegisterVersion permitted;
  Lease permit = new Lease(0, Long.MIN_VALUE);

  RegisterVersion committed = RegisterVersion.NONE;
  RegisterVersion settled = RegisterVersion.NONE;

  @Nullable Life leader;
  long leaderEpoch;

  Face(SimMember member) {
    this.member = member;
  }

  /** The epoch of the last heartbeat that this life acknowledged. */
  long acknowledgedEpoch = -1;

  /**
   * Whether the application may act as leader: announced, not revoked, before the end of the lease.
   */
  boolean leads(long localNanos) {
    return open && lease.runs(localNanos, member.reading().wallMillis());
  }

  /** Whether it may act on the permitted version. */
  boolean isPermitted(long localNanos) {
    return permitted != null && permit.runs(localNanos, member.reading().wallMillis());
  }
}

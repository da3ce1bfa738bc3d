package io.understudy.ha.internal.election;

import io.understudy.ha.RegisterVersion;

/**
 * How much of a role a member has on disk.
 *
 * @param epoch the highest epoch it knows
 * @param register the version of the register it holds
 */
public record Holding(long epoch, RegisterVersion register) {
  /** Nothing. */
  public static final Holding NOTHING = new Holding(0, RegisterVersion.NONE);

  /** Of a ballot. */
  public static Holding of(Ballot ballot) {
    return new Holding(ballot.epoch(), ballot.register().version());
  }

  /** Whether nothing of the other one is missing here. */
  public boolean covers(Holding other) {
    return epoch >= other.epoch && !other.register.isNewerThan(register);
  }

  /** The higher of each. */
  public Holding and(Holding other) {
    return new Holding(
        Math.max(epoch, other.epoch),
        other.register.isNewerThan(register) ? other.register : register);
  }
}

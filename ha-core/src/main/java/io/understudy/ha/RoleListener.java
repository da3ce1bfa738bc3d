package io.understudy.ha;

/**
 * Is told when this member begins and ceases to lead a role.
 *
 * <p>Contract: calls for one role come one at a time, in order, on a thread of that role, never on
 * the election thread, so a slow listener delays nobody's lease. {@code elected} and {@code
 * revoked} alternate, each {@code elected} is followed by exactly one {@code revoked} of the same
 * epoch, and epochs rise. Inside {@code revoked} {@link Role#isLeader()} is false, also when the
 * member has won the role again meanwhile: the new leadership is handed out only after {@code
 * revoked} returned. Inside {@code elected} it is true unless the lease has ended since. A
 * leadership that ended before it could be handed out is not told here (the {@link HaEvent}s show
 * it).
 *
 * <p>What a listener throws is logged and otherwise ignored; the role is neither resigned nor
 * stopped.
 */
public interface RoleListener {
  /**
   * This member leads the role.
   *
   * @param leadership the grant: role, epoch and lease in one
   */
  void elected(Leadership leadership);

  /**
   * This member leads the role no longer. Validity ended before this call.
   *
   * @param leadership the grant that ended
   * @param reason why
   */
  void revoked(Leadership leadership, RevokeReason reason);
}

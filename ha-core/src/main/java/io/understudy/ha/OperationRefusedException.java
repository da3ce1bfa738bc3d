package io.understudy.ha;

import java.io.Serial;

/** An operation was refused, for example a hand-over or a change of the roster. */
public final class OperationRefusedException extends HaException {
  @Serial private static final long serialVersionUID = 1L;

  /** Why. */
  private final Cause refusal;

  /** Why an operation was refused. */
  public enum Cause {
    /** This member does not lead the role. */
    NOT_LEADER,
    /** The role was not declared at this member. */
    UNKNOWN_ROLE,
    /**
     * The member that is said to be off was heard within the last lease, or this one has not
     * listened for so long; or it speaks for the role itself of which nothing is said to be left
     * there; or it is this one.
     */
    NOT_OFF,
    /** The named successor is not a member of the roster that may lead. */
    UNKNOWN_MEMBER,
    /** The named successor has not acknowledged a heartbeat within the last lease, or is gone. */
    UNREACHABLE,
    /** The named successor is on standby or still waits after its start. */
    INELIGIBLE,
    /**
     * The named successor accepted, and was not elected then: another member leads, or nobody did
     * in time. The role has been given up.
     */
    NOT_ELECTED,
    /** The member is in the roster as a witness and is to be none, or the other way round. */
    OTHER_KIND,
    /** Nobody would be left in the roster that votes, or that may lead. */
    NOBODY_LEFT,
    /** The roster would have more members than fit into its register. */
    ROSTER_TOO_LARGE,
    /** Another change of the roster is under way. */
    BUSY,
    /** No change of the roster is under way. */
    IDLE,
    /** Somebody cancelled the change, or too few members stored it. */
    CANCELLED,
    /** The member keeps the roster and is to be removed, and nobody could take over from it. */
    NO_SUCCESSOR,
    /**
     * Two voting members would be left in the roster, without a witness and without a fence hook of
     * scope PROCESS or MACHINE: when one is lost, nobody could lead.
     */
    NO_THIRD_VOTE,
    /**
     * The cluster is in maintenance, and resources that the member runs would stop and begin
     * nowhere else before its end.
     */
    MAINTENANCE,
    /** This cluster cannot do that. */
    UNSUPPORTED,
    /** The node is closed. */
    CLOSED
  }

  /**
   * Makes the exception.
   *
   * @param refusal why
   * @param message role, member and what was asked
   */
  public OperationRefusedException(Cause refusal, String message) {
    super(message);
    this.refusal = refusal;
  }

  /**
   * Why the operation was refused.
   *
   * @return the cause
   */
  public Cause refusal() {
    return refusal;
  }
}

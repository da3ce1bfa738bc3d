package io.understudy.ha;

import java.io.Serial;

/** A resignation or hand-over was refused; nothing has changed. */
public final class OperationRefusedException extends HaException {
  @Serial private static final long serialVersionUID = 1L;

  /** Why. */
  private final Cause refusal;

  /** Why an operation was refused. */
  public enum Cause {
    /** This member does not lead the role. */
    NOT_LEADER,
    /** The named successor is not a member of the roster that may lead. */
    UNKNOWN_MEMBER,
    /** The named successor has not acknowledged a heartbeat within the last lease, or is gone. */
    UNREACHABLE,
    /** The named successor is on standby or still waits after its start. */
    INELIGIBLE,
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

package io.understudy.ha;

import java.io.Serial;

/** The leadership under which a call was made has ended. The caller stops acting as leader. */
public final class LeadershipLostException extends HaException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message role, epoch and what was tried
   */
  public LeadershipLostException(String message) {
    super(message);
  }
}

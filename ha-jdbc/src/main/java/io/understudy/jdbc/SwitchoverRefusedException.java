package io.understudy.jdbc;

import java.io.Serial;

/** A planned change of writer was refused. Nobody was held, and nothing has changed. */
public final class SwitchoverRefusedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what was asked for, what is in the way, and what to do
   */
  public SwitchoverRefusedException(String message) {
    super(message);
  }
}

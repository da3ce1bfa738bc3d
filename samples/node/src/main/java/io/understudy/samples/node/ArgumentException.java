package io.understudy.samples.node;

import java.io.Serial;

/** The program cannot run as it was called. The message says what was found and how to mend it. */
public final class ArgumentException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message one line: what was found, and how to mend it
   */
  public ArgumentException(String message) {
    super(message);
  }
}

package io.understudy.samples.node;

import java.io.Serial;

/** The program cannot run as it was called. The message says what was found and how to mend it. */
final class ArgumentException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  ArgumentException(String message) {
    super(message);
  }
}

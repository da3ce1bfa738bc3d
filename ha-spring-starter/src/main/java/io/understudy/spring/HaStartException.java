package io.understudy.spring;

import java.io.Serial;

/** The application contradicts itself about roles; it must not start as if nothing were wrong. */
final class HaStartException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String action;

  /**
   * Makes the exception.
   *
   * @param description what was found
   * @param action what to do
   */
  HaStartException(String description, String action) {
    super(description + " " + action);
    this.action = action;
  }

  String action() {
    return action;
  }

  String description() {
    String message = String.valueOf(getMessage());
    return message.substring(0, message.length() - action.length() - 1);
  }
}

package io.understudy.samples.gameday;

import java.io.Serial;

/** The game day cannot go on. The message says why, and what to look at. */
final class GameDayException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  GameDayException(String message) {
    super(message);
  }

  GameDayException(String message, Throwable cause) {
    super(message, cause);
  }
}

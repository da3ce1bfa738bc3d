package io.understudy.jdbc;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * No connection to an agreed writer could be had in time. SQLState {@code 08001}; nothing was sent
 * to any server. The message has writer, phase, generation, epoch, node and the time waited.
 */
public final class NoWriterException extends RetryableSqlException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param why what is missing
   * @param route what this JVM knows
   * @param waited how long the caller waited
   * @param cause what the pool or driver threw last, if anything
   */
  public NoWriterException(
      String why, RouteInfo route, Duration waited, @Nullable Throwable cause) {
    super(
        "no connection to the writer: %s (%s, waited=%d ms)"
            .formatted(why, route, waited.toMillis()),
        "08001",
        Outcome.NOT_EXECUTED,
        route,
        cause);
  }
}

package io.understudy.jdbc;

import java.io.Serial;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the writer was lost, and the work on it left nothing: the writer changed, this
 * JVM lost its permit to use it, the server refused to write, or the network failed. Close the
 * connection, get another one and begin again. SQLState {@code 08S02}; the {@link #outcome()} is
 * {@link Outcome#NOT_EXECUTED} or {@link Outcome#ROLLED_BACK}. The vendor code is that of the
 * cause, 0 without one.
 */
public final class WriterLostException extends RetryableSqlException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param what what was tried and why it failed
   * @param outcome {@link Outcome#NOT_EXECUTED} or {@link Outcome#ROLLED_BACK}
   * @param route where the connection belonged
   * @param cause what the driver threw, if anything
   * @throws IllegalArgumentException with any other outcome
   */
  public WriterLostException(
      String what, Outcome outcome, RouteInfo route, @Nullable SQLException cause) {
    super("%s: %s (%s)".formatted(what, advice(outcome), route), "08S02", outcome, route, cause);
  }

  private static String advice(Outcome outcome) {
    return switch (outcome) {
      case NOT_EXECUTED -> "it was not executed, repeat it on a new connection";
      case ROLLED_BACK -> "the transaction is rolled back, repeat it on a new connection";
      case COMMITTED, UNKNOWN ->
          throw new IllegalArgumentException(outcome + " may not be repeated");
    };
  }
}

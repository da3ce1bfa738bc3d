package io.understudy.jdbc;

import java.io.Serial;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the writer was lost: the writer changed, this JVM lost its permit to use it, the
 * server refused to write, or the network failed. The connection is of no further use: close it and
 * get another one.
 *
 * <p>SQLState {@code 08S02}: the {@link #outcome()} is {@link Outcome#NOT_EXECUTED} or {@link
 * Outcome#ROLLED_BACK}, so the work may be done again. SQLState {@code 08007}: it is {@link
 * Outcome#UNKNOWN}. The vendor code is that of the cause, 0 without one.
 */
public final class HaSqlException extends SQLException implements HaFailure {
  @Serial private static final long serialVersionUID = 1L;

  /** What is known about the work. */
  private final Outcome outcome;

  private final transient RouteInfo route;

  /**
   * Makes the exception.
   *
   * @param what what was tried and why it failed
   * @param outcome what is known about the work
   * @param route where the connection belonged
   * @param cause what the driver threw, if anything
   */
  public HaSqlException(
      String what, Outcome outcome, RouteInfo route, @Nullable SQLException cause) {
    super(
        "%s: %s (%s)".formatted(what, advice(outcome), route),
        outcome.sqlState(),
        cause == null ? 0 : cause.getErrorCode(),
        cause);
    this.outcome = outcome;
    this.route = route;
  }

  private static String advice(Outcome outcome) {
    return switch (outcome) {
      case NOT_EXECUTED -> "it was not executed, repeat it on a new connection";
      case ROLLED_BACK -> "the transaction is rolled back, repeat it on a new connection";
      case COMMITTED -> "it is committed, go on with a new connection";
      case UNKNOWN -> "whether it was done is unknown, look before you repeat it";
    };
  }

  @Override
  public Outcome outcome() {
    return outcome;
  }

  @Override
  public RouteInfo route() {
    return route;
  }
}

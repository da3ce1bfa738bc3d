package io.understudy.jdbc;

import java.io.Serial;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the writer was lost while a commit, or a statement that commits by itself, was
 * under way: it may or may not be done. Look at the data before anything is repeated. SQLState
 * {@code 08007}; the {@link #outcome()} is {@link Outcome#UNKNOWN}. The vendor code is that of the
 * cause, 0 without one.
 *
 * <p>To JDBC it is not transient. Spring translates it to {@code
 * DataAccessResourceFailureException}, which no retry of transient failures repeats.
 */
public final class UnknownOutcomeException extends SQLNonTransientConnectionException
    implements HaFailure {
  @Serial private static final long serialVersionUID = 1L;

  private final RouteInfo route;

  /**
   * Makes the exception.
   *
   * @param what what was tried and why it failed
   * @param route where the connection belonged
   * @param cause what the driver threw, if anything
   */
  public UnknownOutcomeException(String what, RouteInfo route, @Nullable SQLException cause) {
    super(
        "%s: whether it was done is unknown, look before you repeat it (%s)".formatted(what, route),
        "08007",
        VendorCode.of(cause),
        cause);
    this.route = route;
  }

  @Override
  public Outcome outcome() {
    return Outcome.UNKNOWN;
  }

  @Override
  public RouteInfo route() {
    return route;
  }
}

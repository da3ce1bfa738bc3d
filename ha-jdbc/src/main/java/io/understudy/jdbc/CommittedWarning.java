package io.understudy.jdbc;

import java.io.Serial;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;

/**
 * A commit whose answer was lost was found to be done, so {@code commit()} returned normally. It is
 * never thrown: {@link java.sql.Connection#getWarnings()} tells it to who wants to know. The
 * connection is of no further use, and its next use says so. SQLState {@code 01000}; the {@link
 * #outcome()} is {@link Outcome#COMMITTED}.
 */
public final class CommittedWarning extends SQLWarning implements HaFailure {
  @Serial private static final long serialVersionUID = 1L;

  private final RouteInfo route;

  /**
   * Makes the warning.
   *
   * @param what how it is known
   * @param route where it was found
   * @param cause how the commit failed, if known
   */
  public CommittedWarning(String what, RouteInfo route, @Nullable Throwable cause) {
    super(
        "%s: it is committed, go on with a new connection (%s)".formatted(what, route),
        "01000",
        VendorCode.of(cause),
        cause);
    this.route = route;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMMITTED;
  }

  @Override
  public RouteInfo route() {
    return route;
  }
}

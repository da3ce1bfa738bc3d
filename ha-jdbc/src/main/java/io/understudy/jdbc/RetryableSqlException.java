package io.understudy.jdbc;

import java.io.Serial;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * The work left nothing behind: do it again from its beginning, on a new connection. Nothing else
 * is thrown as this type, so a retry may catch it without a look at the outcome.
 *
 * <p>To JDBC it is transient. Spring translates it to {@code TransientDataAccessResourceException},
 * so {@code @Retryable(TransientDataAccessException.class)} repeats exactly what may be repeated.
 */
public abstract sealed class RetryableSqlException extends SQLTransientConnectionException
    implements HaFailure permits NoWriterException, WriterLostException {
  @Serial private static final long serialVersionUID = 1L;

  /** {@link Outcome#NOT_EXECUTED} or {@link Outcome#ROLLED_BACK}. */
  private final Outcome outcome;

  private final RouteInfo route;

  RetryableSqlException(
      String message,
      String sqlState,
      Outcome outcome,
      RouteInfo route,
      @Nullable Throwable cause) {
    super(message, sqlState, VendorCode.of(cause), cause);
    this.outcome = outcome;
    this.route = route;
  }

  @Override
  public final Outcome outcome() {
    return outcome;
  }

  @Override
  public final RouteInfo route() {
    return route;
  }
}

package io.understudy.jdbc;

import java.io.Serial;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * The work left nothing behind: do it again from the beginning of its transaction, on a new
 * connection. Nothing else is thrown as this type, so a retry around <em>one</em> transaction may
 * catch it without a look at the outcome. It speaks of the work since the last commit alone: what
 * was committed before on the same connection is kept, so a retry that spans several commits, or
 * several statements with auto-commit, would do the first ones twice.
 *
 * <p>To JDBC it is transient. Spring translates it to {@code TransientDataAccessResourceException};
 * but {@code TransientDataAccessException} stands for failures of other origin too, which this
 * library knows nothing about, and {@link NoWriterException} comes as {@code
 * CannotGetJdbcConnectionException} or {@code CannotCreateTransactionException}, which are not
 * transient to Spring. Whoever decides by more than the type asks {@link Outcome#mayRepeat}, which
 * looks through the causes.
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

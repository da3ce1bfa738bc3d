package io.understudy.jdbc.internal.director;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connects with a time limit, whatever the driver does: a frozen server accepts the connection and
 * says nothing, and not every driver's limits cover that. An attempt that hangs goes on by itself,
 * and is asked again next time; one that hangs for a minute is given up. Used by one thread.
 */
final class Connector {
  private static final long GIVE_UP_NANOS = Duration.ofMinutes(1).toNanos();

  private final DataSource source;
  private final Executor helpers;
  private @Nullable CompletableFuture<Connection> attempt;
  private long begunNanos;

  Connector(DataSource source, Executor helpers) {
    this.source = source;
    this.helpers = helpers;
  }

  Connection connect(Duration limit) throws SQLException, InterruptedException {
    CompletableFuture<Connection> current = current();
    try {
      Connection connection = current.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      attempt = null;
      return connection;
    } catch (TimeoutException e) {
      throw timedOut(e);
    } catch (ExecutionException e) {
      attempt = null;
      Throwable cause = e.getCause();
      throw cause instanceof SQLException known
          ? known
          : new SQLException("the manager DataSource failed: " + cause, e);
    }
  }

  private SQLTimeoutException timedOut(TimeoutException cause) {
    long waitedNanos = System.nanoTime() - begunNanos;
    if (waitedNanos - GIVE_UP_NANOS > 0) {
      stop();
    }
    return new SQLTimeoutException(
        "no connection after " + TimeUnit.NANOSECONDS.toMillis(waitedNanos) + " ms",
        "08001",
        cause);
  }

  private CompletableFuture<Connection> current() {
    if (attempt == null) {
      begunNanos = System.nanoTime();
      CompletableFuture<Connection> begun = new CompletableFuture<>();
      helpers.execute(
          () -> {
            try {
              begun.complete(source.getConnection());
            } catch (SQLException | RuntimeException | Error e) {
              begun.completeExceptionally(e);
            }
          });
      attempt = begun;
    }
    return attempt;
  }

  /** Lets go of an attempt under way; if it succeeds after all, the connection is closed. */
  void stop() {
    CompletableFuture<Connection> left = attempt;
    attempt = null;
    if (left != null) {
      var unused = left.thenAcceptAsync(Connector::close, helpers);
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // Nobody has used it.
    }
  }
}

package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.CommittedWarning;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.RouteInfo;
import io.understudy.jdbc.UnknownOutcomeException;
import io.understudy.jdbc.WriterLostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what became of a commit whose answer was lost. Two servers can tell, and each only its
 * half: <b>that it is committed, the agreed writer alone; that it is rolled back, the server alone
 * on which it ran.</b> Whatever else is seen is unknown: a token that the new writer lacks may be
 * on the old one.
 *
 * <p>The server on which it ran has answered the token's own statement, so the token was in the
 * transaction. A read of committed rows that finds it says that it is committed there; a read of
 * uncommitted rows that does not find it says that the transaction has ended without it, for ever;
 * one that finds it says that the transaction is still open. Both work on a server that is
 * read-only, and wait for no lock.
 */
final class CommitSearch {
  private static final Logger log = LoggerFactory.getLogger(CommitSearch.class);
  private static final long ANY = -1;
  private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();
  private static final long ANSWER_NANOS = Duration.ofSeconds(1).toNanos();

  /** What became of the commit, as far as it is known. */
  enum Finding {
    COMMITTED,
    ROLLED_BACK,
    UNKNOWN
  }

  /**
   * An answer, and why.
   *
   * @param finding what became of it
   * @param why for people
   */
  record Result(Finding finding, String why) {
    /**
     * Tells it.
     *
     * @param lost what was told of the commit at first
     * @param now the route by now
     * @return the warning that it is committed
     * @throws SQLException if it is anything else
     */
    CommittedWarning told(UnknownOutcomeException lost, RouteInfo now) throws SQLException {
      String what = "the answer to a commit was lost, and " + why;
      SQLException cause = lost.getCause() instanceof SQLException known ? known : lost;
      return switch (finding) {
        case COMMITTED -> new CommittedWarning(what, now, lost);
        case ROLLED_BACK -> throw new WriterLostException(what, Outcome.ROLLED_BACK, now, lost);
        case UNKNOWN -> throw new UnknownOutcomeException(what, now, cause);
      };
    }
  }

  /** What one server says. */
  private enum Look {
    COMMITTED,
    OPEN,
    ABSENT,
    /** The row went on without it, which nobody does: somebody else writes there. */
    OVERWRITTEN,
    SILENT
  }

  private final Router router;
  private final CommitTokens tokens;
  private final Duration wait;
  private final Executor helpers;

  CommitSearch(Router router, CommitTokens tokens, Duration wait, Executor helpers) {
    this.router = router;
    this.tokens = tokens;
    this.wait = wait;
    this.helpers = helpers;
  }

  CommitTokens tokens() {
    return tokens;
  }

  /** Looks until it is known, or the time is over. */
  Result find(CommitToken token, Route ran) {
    long deadlineNanos = System.nanoTime() + wait.toNanos();
    String seen = "";
    try {
      while (System.nanoTime() - deadlineNanos < 0) {
        Route agreed = router.await(ANY, deadlineNanos);
        if (agreed == null) {
          break;
        }
        Result result = look(token, ran, agreed, deadlineNanos);
        if (result.finding() != Finding.UNKNOWN) {
          return result;
        }
        if (seen.isEmpty() || System.nanoTime() - deadlineNanos < 0) {
          seen = result.why(); // a look that the end cut short says less than the one before
        }
        TimeUnit.NANOSECONDS.sleep(PAUSE_NANOS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      seen = "interrupted; " + seen;
    }
    return new Result(
        Finding.UNKNOWN,
        "not found out within %d ms: %s"
            .formatted(wait.toMillis(), seen.isEmpty() ? "no writer was agreed" : seen));
  }

  private Result look(CommitToken token, Route ran, Route agreed, long deadlineNanos)
      throws InterruptedException {
    String writer = agreed.assignment().writer();
    String old = ran.assignment().writer();
    Look there = ask(agreed.pool(), token, deadlineNanos);
    if (there == Look.COMMITTED && router.isCurrent(agreed.generation())) {
      return new Result(Finding.COMMITTED, "its token is on " + writer);
    }
    Look origin = writer.equals(old) ? there : ask(ran.pool(), token, deadlineNanos);
    if (there == Look.ABSENT && origin == Look.ABSENT) {
      return new Result(Finding.ROLLED_BACK, "its transaction has ended on " + old + " without it");
    }
    return new Result(
        Finding.UNKNOWN,
        writer.equals(old)
            ? "%s says %s".formatted(writer, there)
            : "%s says %s, %s, on which it ran, says %s".formatted(writer, there, old, origin));
  }

  /** A frozen server answers nothing, whatever the limits of its pool are. */
  private Look ask(@Nullable DataSource pool, CommitToken token, long deadlineNanos)
      throws InterruptedException {
    if (pool == null) {
      return Look.SILENT;
    }
    CompletableFuture<Look> answer =
        CompletableFuture.supplyAsync(() -> askNow(pool, token), helpers);
    long leftNanos = Math.min(deadlineNanos - System.nanoTime(), ANSWER_NANOS);
    try {
      return answer.get(Math.max(0, leftNanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return Look.SILENT;
    }
  }

  private Look askNow(DataSource pool, CommitToken token) {
    try (Connection connection = pool.getConnection()) {
      boolean before = connection.getAutoCommit();
      connection.setAutoCommit(true);
      try {
        return askNow(connection, token);
      } finally {
        connection.setAutoCommit(before);
      }
    } catch (SQLException | RuntimeException e) {
      log.debug("looking for a commit token in {} failed", tokens.table(), e);
      return Look.SILENT;
    }
  }

  private Look askNow(Connection connection, CommitToken token) throws SQLException {
    long kept = held(connection, Connection.TRANSACTION_READ_COMMITTED, token);
    if (kept >= token.seq()) {
      return kept == token.seq() ? Look.COMMITTED : Look.OVERWRITTEN;
    }
    long last = held(connection, Connection.TRANSACTION_READ_UNCOMMITTED, token);
    return last < token.seq() ? Look.ABSENT : Look.OPEN;
  }

  private long held(Connection connection, int isolation, CommitToken token) throws SQLException {
    int before = connection.getTransactionIsolation();
    connection.setTransactionIsolation(isolation);
    try {
      return tokens.held(connection, token);
    } finally {
      connection.setTransactionIsolation(before);
    }
  }
}

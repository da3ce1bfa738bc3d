package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.CommittedWarning;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.RouteInfo;
import io.understudy.jdbc.UnknownOutcomeException;
import io.understudy.jdbc.WriterLostException;
import io.understudy.jdbc.internal.connection.TokenLook.Answer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

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
 * read-only, and wait for no lock. That it is still the same server, and has forgotten nothing, is
 * asked too: a server that was set up anew, or lost its last commits, does not find it either.
 */
final class CommitSearch {
  private static final long ANY = -1;
  private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

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
    /** The same, if the transaction did not end with this commit alone. */
    Result ofAPart() {
      return finding == Finding.ROLLED_BACK
          ? new Result(
              Finding.UNKNOWN, why + ", but an earlier statement may have committed a part of it")
          : this;
    }

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

  private final Router router;
  private final CommitTokens tokens;
  private final Duration wait;
  private final boolean opensUnapplied;
  private final Executor helpers;

  /**
   * Makes a search.
   *
   * @param limits how long to look, and whether a server is opened that has not applied everything
   */
  CommitSearch(Router router, CommitTokens tokens, SearchLimits limits, Executor helpers) {
    this.router = router;
    this.tokens = tokens;
    this.wait = limits.longest();
    this.opensUnapplied = limits.opensUnapplied();
    this.helpers = helpers;
  }

  CommitTokens tokens() {
    return tokens;
  }

  /** Looks until it is known, or the time is over. */
  Result find(CommitToken token, Route ran) {
    long deadlineNanos = System.nanoTime() + wait.toNanos();
    TokenLook servers = new TokenLook(tokens, token, ran.assignment().writer(), helpers);
    String seen = "";
    try {
      while (System.nanoTime() - deadlineNanos < 0) {
        Route agreed = router.await(ANY, deadlineNanos);
        if (agreed == null) {
          break;
        }
        Result result = look(servers, ran, agreed, deadlineNanos);
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

  private Result look(TokenLook servers, Route ran, Route agreed, long deadlineNanos)
      throws InterruptedException {
    String writer = agreed.assignment().writer();
    String old = ran.assignment().writer();
    boolean same = writer.equals(old);
    Answer there = servers.ask(agreed, deadlineNanos);
    if (there == Answer.COMMITTED && router.isCurrent(agreed.generation())) {
      return new Result(Finding.COMMITTED, "its token is on " + writer);
    }
    Answer origin = same ? there : servers.ask(ran, deadlineNanos);
    if (!opensUnapplied && (same ? hasEnded(origin) : hasEnded(there, origin, router.masters()))) {
      return new Result(Finding.ROLLED_BACK, "its transaction has ended on " + old + " without it");
    }
    String said =
        same
            ? "%s says %s".formatted(writer, there)
            : "%s says %s, %s, on which it ran, says %s".formatted(writer, there, old, origin);
    return new Result(
        Finding.UNKNOWN,
        opensUnapplied
            ? said + "; with UnappliedPolicy.OPEN nothing proves that it is rolled back"
            : said);
  }

  private static boolean hasEnded(Answer origin) {
    return origin == Answer.ABSENT;
  }

  /**
   * What a server forgot in a power failure another one may have received; who is opened has
   * applied all that it received, so it would have it. With more than two masters a third one,
   * which nobody reaches, may be the one that received it.
   */
  static boolean hasEnded(Answer next, Answer origin, int masters) {
    return next == Answer.ABSENT
        && (origin == Answer.ABSENT || (origin == Answer.ABSENT_AFTER_RESTART && masters == 2));
  }
}

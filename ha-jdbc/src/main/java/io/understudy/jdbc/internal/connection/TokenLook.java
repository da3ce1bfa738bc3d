package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.ServerLife;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks servers for one token. A frozen server answers nothing, whatever the limits of its pool are,
 * so a helper asks, and while one waits for a server no other asks it. Used by one thread.
 */
final class TokenLook {
  private static final Logger log = LoggerFactory.getLogger(TokenLook.class);
  private static final long ANSWER_NANOS = Duration.ofSeconds(1).toNanos();

  /** What one server says. */
  enum Answer {
    COMMITTED,
    OPEN,
    ABSENT,
    /** Absent; but it has restarted since, and may have lost what it had committed. */
    ABSENT_AFTER_RESTART,
    /** The name stands for another server now, or for one that was set up anew. */
    ANOTHER_SERVER,
    /** The row went on without it, which nobody does: somebody else writes there. */
    OVERWRITTEN,
    SILENT
  }

  /** A question under way. */
  private record Question(long generation, CompletableFuture<Answer> answer) {}

  private final CommitTokens tokens;
  private final CommitToken token;
  private final String origin;
  private final Executor helpers;
  private final Map<String, Question> questions = new HashMap<>();

  TokenLook(CommitTokens tokens, CommitToken token, String origin, Executor helpers) {
    this.tokens = tokens;
    this.token = token;
    this.origin = origin;
    this.helpers = helpers;
  }

  /** Asks the writer of a route; its answer to an earlier question counts in the same term only. */
  Answer ask(Route route, long deadlineNanos) throws InterruptedException {
    DataSource pool = route.pool();
    if (pool == null) {
      return Answer.SILENT;
    }
    String master = route.assignment().writer();
    Question question =
        questions.computeIfAbsent(
            master,
            it ->
                new Question(
                    route.generation(),
                    CompletableFuture.supplyAsync(() -> askNow(it, pool), helpers)));
    long leftNanos = Math.min(deadlineNanos - System.nanoTime(), ANSWER_NANOS);
    try {
      Answer answer = question.answer().get(Math.max(0, leftNanos), TimeUnit.NANOSECONDS);
      questions.remove(master);
      return question.generation() == route.generation() ? answer : Answer.SILENT;
    } catch (TimeoutException e) {
      return Answer.SILENT;
    } catch (ExecutionException e) {
      questions.remove(master);
      return Answer.SILENT;
    }
  }

  private Answer askNow(String master, DataSource pool) {
    try (Connection connection = pool.getConnection()) {
      boolean before = connection.getAutoCommit();
      connection.setAutoCommit(true);
      try {
        Answer answer = askNow(connection);
        return answer == Answer.ABSENT && master.equals(origin) ? absent(connection) : answer;
      } finally {
        connection.setAutoCommit(before);
      }
    } catch (SQLException | RuntimeException e) {
      log.debug("looking for a commit token in {} failed", tokens.table(), e);
      return Answer.SILENT;
    }
  }

  private Answer askNow(Connection connection) throws SQLException {
    long kept = held(connection, Connection.TRANSACTION_READ_COMMITTED);
    if (kept >= token.seq()) {
      return kept == token.seq() ? Answer.COMMITTED : Answer.OVERWRITTEN;
    }
    long last = held(connection, Connection.TRANSACTION_READ_UNCOMMITTED);
    return last < token.seq() ? Answer.ABSENT : Answer.OPEN;
  }

  private long held(Connection connection, int isolation) throws SQLException {
    int before = connection.getTransactionIsolation();
    connection.setTransactionIsolation(isolation);
    try {
      return tokens.held(connection, token);
    } finally {
      connection.setTransactionIsolation(before);
    }
  }

  /** What its absence means on the server on which it ran, if it is still that one. */
  private Answer absent(Connection connection) throws SQLException {
    ServerLife now = Dialect.of(connection).life(connection);
    if (now.continues(token.ran())) {
      return Answer.ABSENT;
    }
    tokens.forgetWriter();
    if (!now.isServerOf(token.ran())) {
      return Answer.ANOTHER_SERVER;
    }
    return now.forgetsNothing(token.ran()) ? Answer.ABSENT : Answer.ABSENT_AFTER_RESTART;
  }
}

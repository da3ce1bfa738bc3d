package io.understudy.jdbc.internal.source;

import io.understudy.jdbc.internal.connection.CommitTable;
import io.understudy.jdbc.internal.dialect.Dialect;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.dialect.Sessions;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.time.Duration;
import java.util.List;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The application's pool for one master, which lends nothing while its account could write through
 * a fence: then a server that was closed is not closed for this application. The first connection
 * is asked, later ones cost one volatile read; after a bad answer it asks again every few seconds.
 */
final class VettedPool implements DataSource {
  private static final long ASK_AGAIN_NANOS = Duration.ofSeconds(3).toNanos();
  private static final org.slf4j.Logger log = LoggerFactory.getLogger(VettedPool.class);

  private final String source;
  private final String master;
  private final DataSource pool;
  private final Demands demands;
  private volatile @Nullable Verdict verdict; // null: not asked yet

  /**
   * What the application's account has to be fit for.
   *
   * @param unfenced whether connections are lent although the account could write through a fence
   * @param epochs what every transaction has to read; null if it has not
   * @param tokens the table of commit tokens; null if none is wanted
   */
  record Demands(boolean unfenced, @Nullable EpochTable epochs, @Nullable String tokens) {}

  /**
   * A good one holds; a bad one is asked for again, because a REVOKE is what it asks for. Without
   * the table of tokens connections are lent all the same: somebody has to create it.
   */
  private record Verdict(String account, boolean refuses, String table, long nanos) {
    static final Verdict NONE = new Verdict("", false, "", 0);

    boolean holds() {
      return (account.isEmpty() && table.isEmpty()) || System.nanoTime() - nanos < ASK_AGAIN_NANOS;
    }

    String problem() {
      return joined(account, table);
    }
  }

  /**
   * Wraps a pool.
   *
   * @param demands what its account has to be fit for
   */
  VettedPool(String source, String master, DataSource pool, Demands demands) {
    this.source = source;
    this.master = master;
    this.pool = pool;
    this.demands = demands;
  }

  /** What is wrong with account or table; empty while nothing is known to be. */
  String problem() {
    return known().problem();
  }

  private Verdict known() {
    Verdict known = verdict;
    return known == null ? Verdict.NONE : known;
  }

  /** Asks early, so that what is wrong is told before this master becomes the writer. */
  void ask() {
    try {
      getConnection().close();
    } catch (SQLException | RuntimeException e) {
      log.debug("{}: {} gave no connection to ask for its grants", source, master, e);
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = pool.getConnection();
    Verdict known = verdict;
    Verdict now = known != null && known.holds() ? known : vet(connection);
    if (!now.refuses()) {
      return connection;
    }
    discard(connection);
    throw new SQLInvalidAuthorizationSpecException(source + ": " + now.account(), "28000");
  }

  /** A session keeps the privileges it began with, so it is not for the pool to lend later. */
  private static void discard(Connection connection) throws SQLException {
    Sessions.abort(connection);
    connection.close();
  }

  private Verdict vet(Connection connection) throws SQLException {
    try {
      Dialect dialect = Dialect.of(connection);
      String account = dialect.account(connection);
      List<String> passing = dialect.passingFence(connection);
      String unfenced = passing.isEmpty() ? "" : describe(account, passing);
      String unguarded = unguarded(connection, account);
      Verdict found =
          new Verdict(
              joined(unfenced, unguarded),
              !unguarded.isEmpty() || (!unfenced.isEmpty() && !demands.unfenced()),
              table(connection),
              System.nanoTime());
      Verdict before = known();
      verdict = found;
      tell(before.account(), found.account(), "the application's account");
      tell(before.table(), found.table(), "the table of commit tokens");
      return found;
    } catch (SQLException | RuntimeException | Error e) {
      discard(connection); // it may have taken a role to see what that grants
      throw e;
    }
  }

  private static String joined(String one, String other) {
    return one.isEmpty() || other.isEmpty() ? one + other : one + "; " + other;
  }

  /** Nobody can accept that: each of its commits would fail. */
  private String unguarded(Connection connection, String account) throws SQLException {
    EpochTable epochs = demands.epochs();
    String missing = epochs == null ? "" : epochs.missingForReader(connection, account);
    return missing.isEmpty()
        ? ""
        : "the application's account %s on %s cannot look which generation may write: run there %s (docs/accounts.md)"
            .formatted(account, master, missing);
  }

  private String table(Connection connection) throws SQLException {
    String tokens = demands.tokens();
    String problem = tokens == null ? "" : CommitTable.problem(connection, tokens);
    return problem.isEmpty() ? "" : master + ": " + problem;
  }

  private void tell(String before, String now, String what) {
    if (now.equals(before)) {
      return;
    }
    if (now.isEmpty()) {
      log.info("{}: {} on {} is right now", source, what, master);
    } else {
      log.error("{}: {}", source, now);
    }
  }

  private String describe(String account, List<String> passing) {
    String held = String.join(", ", passing);
    return ("the application's account %1$s on %2$s holds %3$s, by itself or by a role, so it can write there"
            + " although the server is read-only, or withstand being ended. Run there: REVOKE %3$s ON *.* FROM"
            + " %1$s (docs/accounts.md); or accept the risk with acceptUnfencedAccounts()")
        .formatted(account, master, held);
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("user and password belong to the pool");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return type.isInstance(pool) ? type.cast(pool) : pool.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return type.isInstance(pool) || pool.isWrapperFor(type);
  }

  @Override
  public @Nullable PrintWriter getLogWriter() throws SQLException {
    return pool.getLogWriter();
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
    pool.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    pool.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return pool.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return pool.getParentLogger();
  }
}

package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.CommittedWarning;
import io.understudy.jdbc.HaConnection;
import io.understudy.jdbc.HaFailure;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.RouteInfo;
import io.understudy.jdbc.UnknownOutcomeException;
import io.understudy.jdbc.WriterLostException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A borrowed connection that belongs to one generation. Before each statement and commit it checks
 * that the generation is the present one and that this member holds a permit; after the answer it
 * checks again, so that no answer from a writer that may have been replaced meanwhile is passed on
 * as good. Used by one thread at a time, like any connection; {@link #revoke} may come from
 * another.
 */
final class GuardedConnection extends PreparingConnection implements HaConnection {
  /** A call to the driver. */
  @FunctionalInterface
  interface Call {
    @Nullable Object run() throws SQLException;
  }

  private static final int NO_SLOT = 0;

  private final Connection delegate;
  private final Route route;
  private final Lending lending;
  private final long keepUntilNanos;
  private int slot;
  private volatile boolean lost;
  private boolean closed;
  private boolean autoCommit = true;
  private boolean autoCommitKnown;
  private boolean changedByText;
  private boolean wrote;
  private int tokenSlot = NO_SLOT;
  private @Nullable CommittedWarning committed;

  GuardedConnection(Connection delegate, Route route, long keepUntilNanos, Lending lending) {
    this.delegate = delegate;
    this.route = route;
    this.lending = lending;
    this.keepUntilNanos = keepUntilNanos;
  }

  /** Whether the permit that it was borrowed under would still run, had it not been taken back. */
  boolean isKept() {
    return System.nanoTime() - keepUntilNanos < 0;
  }

  void placedIn(int newSlot) {
    this.slot = newSlot;
  }

  int slot() {
    return slot;
  }

  /** Makes the connection useless, and breaks what is under way on it. */
  void revoke() {
    if (!lost && !closed) {
      lost = true;
      lending.abort(delegate);
    }
  }

  boolean isLost() {
    return lost;
  }

  long generation() {
    return route.generation();
  }

  @Override
  public RouteInfo route() {
    return route.info();
  }

  @Override
  Connection live() throws SQLException {
    if (closed) {
      throw new SQLNonTransientConnectionException("the connection is closed", "08003");
    }
    if (lost) {
      throw failure("the connection to the writer was lost", Work.ROWS.unsent(autoCommit), null);
    }
    return delegate;
  }

  /**
   * Whether it may be used. While the director writes its register, or a new one takes over, the
   * permit is away for some milliseconds: if it comes back for the same generation, the writer was
   * the writer all the time.
   */
  private boolean usable() {
    return !lost
        && (lending.router().isCurrent(route.generation()) || lending.becomesCurrent(this));
  }

  /** Runs a call between the two checks. */
  @Nullable Object guarded(Work work, Call call) throws SQLException {
    Connection unused = live();
    if (!usable()) {
      revoke();
      throw failure("this node may not use the writer any more", work.unsent(autoCommit), null);
    }
    Object answer;
    try {
      answer = call.run();
    } catch (SQLException e) {
      throw judged(e, work);
    }
    if (!usable()) {
      revoke();
      throw failure(
          "the answer came after the end of the permit", work.inFlight(commitsAlone()), null);
    }
    return answer;
  }

  @Override
  SQLException judged(SQLException failure) {
    return judged(failure, Work.SESSION);
  }

  /** What a failure means; those of the application, like a duplicate key, stay as they are. */
  SQLException judged(SQLException e, Work work) {
    if (closed || e instanceof HaFailure) {
      return e;
    }
    if (isReadOnlyRefusal(e)) {
      lending.broke(route);
      revoke();
      return failure("the server refuses writes: " + firstLine(e), work.refused(commitsAlone()), e);
    }
    if (lost || isBreak(e)) {
      if (!lost) {
        lending.broke(route);
      }
      revoke();
      return failure(
          "the connection to the writer broke: " + firstLine(e), work.inFlight(commitsAlone()), e);
    }
    return e;
  }

  /**
   * Whether each statement commits by itself. If a statement's text has changed that, nobody knows,
   * and it is taken to be so: then nothing is said to be rolled back that may be kept.
   */
  private boolean commitsAlone() {
    return autoCommit || changedByText;
  }

  private static boolean isBreak(SQLException e) {
    String state = e.getSQLState();
    return state != null && state.startsWith("08");
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
  }

  private SQLException failure(String what, Outcome outcome, @Nullable SQLException cause) {
    return outcome == Outcome.UNKNOWN
        ? new UnknownOutcomeException(what, route.info(), cause)
        : new WriterLostException(what, outcome, route.info(), cause);
  }

  /** 1290 stands for several server options, of which two make a server read-only. */
  static boolean isReadOnlyRefusal(SQLException e) {
    int code = e.getErrorCode();
    if (code == 1836 || code == 3032) {
      return true;
    }
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return code == 1290 && (message.contains("read-only") || message.contains("read_only"));
  }

  /**
   * Reads the mode before the first statement, since a broken connection does not tell it any more.
   */
  private Connection prepared() throws SQLException {
    Connection connection = live();
    if (!autoCommitKnown) {
      autoCommit = connection.getAutoCommit();
      autoCommitKnown = true;
    }
    return connection;
  }

  @Override
  public void commit() throws SQLException {
    commitBy(
        () -> {
          delegate.commit();
          return null;
        });
  }

  private void commitBy(Call call) throws SQLException {
    CommitSearch search = wrote && !autoCommit ? lending.search() : null;
    CommitToken token = search == null ? null : mark(search.tokens());
    wrote = false;
    try {
      Object unused = guarded(Work.COMMIT, call);
    } catch (UnknownOutcomeException e) {
      if (search == null || token == null) {
        throw e;
      }
      tokenSlot = NO_SLOT; // its transaction may hold the row for long
      lending.discard(route, delegate); // its place in the pool may be needed for looking
      settle(search.find(token, route), e);
    }
  }

  private CommitToken mark(CommitTokens tokens) throws SQLException {
    if (tokenSlot == NO_SLOT) {
      tokenSlot = tokens.take();
    }
    CommitToken token = tokens.next(tokenSlot);
    Object unused =
        guarded(
            Work.ROWS,
            () -> {
              tokens.write(delegate, token, route.generation());
              return null;
            });
    return token;
  }

  private void settle(CommitSearch.Result result, UnknownOutcomeException e) throws SQLException {
    RouteInfo now = lending.router().routeOf(lending.router().view()).info();
    SQLException cause = e.getCause() instanceof SQLException known ? known : null;
    String what = "the answer to a commit was lost, and " + result.why();
    switch (result.finding()) {
      case COMMITTED -> committed = new CommittedWarning(what, now, e);
      case ROLLED_BACK -> throw new WriterLostException(what, Outcome.ROLLED_BACK, now, e);
      case UNKNOWN -> throw new UnknownOutcomeException(what, now, cause == null ? e : cause);
    }
  }

  /** The connection is lost then, but this can be told. */
  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    CommittedWarning warning = committed;
    return warning != null && !closed ? warning : pass(Connection::getWarnings);
  }

  /** Something was sent that may change data. */
  void wrote() {
    wrote = true;
  }

  /** On a lost connection there is nothing left to roll back, so that is no failure. */
  @Override
  public void rollback() throws SQLException {
    if (lost && !closed) {
      return;
    }
    Connection connection = live();
    try {
      connection.rollback();
    } catch (SQLException e) {
      SQLException judged = judged(e);
      if (!lost) {
        throw judged;
      }
    }
  }

  /** Switching it on commits, so that is guarded like a commit. */
  @Override
  public void setAutoCommit(boolean on) throws SQLException {
    Connection connection = prepared();
    if (on && !autoCommit) {
      commitBy(
          () -> {
            connection.setAutoCommit(true);
            return null;
          });
    } else {
      tell(it -> it.setAutoCommit(on));
    }
    autoCommit = on;
    changedByText = false;
  }

  @Override
  public DatabaseMetaData getMetaData() throws SQLException {
    return GuardedMetaData.of(this, pass(Connection::getMetaData));
  }

  @Override
  public void close() throws SQLException {
    if (closed) {
      return;
    }
    closed = true;
    lending.returned(this);
    CommitSearch search = lending.search();
    if (search != null && tokenSlot != NO_SLOT && !lost) {
      search.tokens().giveBack(tokenSlot);
    }
    if (lost) {
      lending.discard(route, delegate);
      return;
    }
    try {
      delegate.close();
    } catch (SQLException e) {
      // A pool that sets a broken connection back notices by itself, and the work is done.
      if (!isBreak(e)) {
        throw e;
      }
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** Zero would mean "wait for ever" to one of the drivers, whatever its socket time-out. */
  @Override
  public boolean isValid(int timeoutSeconds) throws SQLException {
    return !closed
        && !lost
        && lending.router().isCurrent(route.generation())
        && delegate.isValid(timeoutSeconds == 0 ? 5 : timeoutSeconds);
  }

  @Override
  public void abort(Executor executor) throws SQLException {
    lost = true;
    delegate.abort(executor);
  }

  /**
   * Whoever unwraps the driver's connection uses it unguarded; when this one is lost, so is that.
   */
  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    XaRefusal.check(type);
    return type.isInstance(this) ? type.cast(this) : pass(it -> it.unwrap(type));
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return !XaRefusal.isXa(type) && (type.isInstance(this) || pass(it -> it.isWrapperFor(type)));
  }

  @Override
  <T extends Statement> T make(Class<T> type, Passed<T> call, @Nullable String sql)
      throws SQLException {
    XaRefusal.check(sql);
    Connection unused = prepared();
    return GuardedStatement.of(this, type, pass(call), sql);
  }

  /** A statement was sent whose text may have switched auto-commit. */
  void changedByText() {
    changedByText = true;
  }

  @Override
  public String toString() {
    return "connection to " + route.info() + " through " + delegate;
  }
}

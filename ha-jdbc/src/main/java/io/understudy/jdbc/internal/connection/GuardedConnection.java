package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.UnknownOutcomeException;
import io.understudy.jdbc.WriterLostException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Savepoint;
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
final class GuardedConnection extends DelegatingConnection {
  /** A call to the driver. */
  @FunctionalInterface
  interface Call {
    @Nullable Object run() throws SQLException;
  }

  private final Connection delegate;
  private final Route route;
  private final Lending lending;
  private final long keepUntilNanos;
  private int slot;
  private volatile boolean lost;
  private boolean closed;
  private boolean autoCommit = true;
  private boolean autoCommitKnown;

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
  Connection live() throws SQLException {
    if (closed) {
      throw new SQLNonTransientConnectionException("the connection is closed", "08003");
    }
    if (lost) {
      throw failure("the connection to the writer was lost", unsent(), null);
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
      throw failure(
          "this node may not use the writer any more",
          work == Work.COMMIT ? Outcome.ROLLED_BACK : unsent(),
          null);
    }
    Object answer;
    try {
      answer = call.run();
    } catch (SQLException e) {
      throw judged(e, work);
    }
    if (!usable()) {
      revoke();
      throw failure("the answer came after the end of the permit", inFlight(work), null);
    }
    return answer;
  }

  private SQLException judged(SQLException e, Work work) {
    if (isReadOnlyRefusal(e)) {
      revoke();
      return failure("the server refuses writes: " + firstLine(e), refused(work), e);
    }
    String state = e.getSQLState();
    if (lost || (state != null && state.startsWith("08"))) {
      revoke();
      return failure("the connection to the writer broke: " + firstLine(e), inFlight(work), e);
    }
    return e;
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
  }

  /** What became of the work if a statement was never sent, or certainly not done. */
  private Outcome unsent() {
    return autoCommit ? Outcome.NOT_EXECUTED : Outcome.ROLLED_BACK;
  }

  /** What became of the work if its answer is missing. */
  private Outcome inFlight(Work work) {
    boolean within = work == Work.ROWS || work == Work.BATCH;
    return within && !autoCommit ? Outcome.ROLLED_BACK : Outcome.UNKNOWN;
  }

  /**
   * What became of the work if the server refused a part of it: a procedure, or one of several
   * statements, may have committed what came before.
   */
  private Outcome refused(Work work) {
    return switch (work) {
      case ROWS -> unsent();
      case ANYTHING -> Outcome.UNKNOWN;
      case BATCH -> autoCommit ? Outcome.UNKNOWN : Outcome.ROLLED_BACK;
      case COMMIT -> Outcome.ROLLED_BACK;
    };
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
    Object unused =
        guarded(
            Work.COMMIT,
            () -> {
              delegate.commit();
              return null;
            });
  }

  /** On a lost connection there is nothing left to roll back, so that is no failure. */
  @Override
  public void rollback() throws SQLException {
    if (closed || !lost) {
      live().rollback();
    }
  }

  @Override
  public void rollback(Savepoint savepoint) throws SQLException {
    live().rollback(savepoint);
  }

  /** Switching it on commits, so that is guarded like a commit. */
  @Override
  public void setAutoCommit(boolean on) throws SQLException {
    Connection connection = prepared();
    if (on && !autoCommit) {
      Object unused =
          guarded(
              Work.COMMIT,
              () -> {
                connection.setAutoCommit(true);
                return null;
              });
    } else {
      connection.setAutoCommit(on);
    }
    autoCommit = on;
  }

  @Override
  public void close() throws SQLException {
    if (closed) {
      return;
    }
    closed = true;
    lending.returned(this);
    if (lost) {
      lending.discard(delegate);
    } else {
      delegate.close();
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

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return type.isInstance(this) ? type.cast(this) : live().unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return type.isInstance(this) || live().isWrapperFor(type);
  }

  @Override
  public Statement createStatement() throws SQLException {
    return GuardedStatement.of(this, Statement.class, prepared().createStatement(), null);
  }

  @Override
  public Statement createStatement(int type, int concurrency) throws SQLException {
    return GuardedStatement.of(
        this, Statement.class, prepared().createStatement(type, concurrency), null);
  }

  @Override
  public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
    return GuardedStatement.of(
        this, Statement.class, prepared().createStatement(type, concurrency, holdability), null);
  }

  @Override
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    return guard(prepared().prepareStatement(sql), sql);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int type, int concurrency)
      throws SQLException {
    return guard(prepared().prepareStatement(sql, type, concurrency), sql);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
      throws SQLException {
    return guard(prepared().prepareStatement(sql, type, concurrency, holdability), sql);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
    return guard(prepared().prepareStatement(sql, autoGeneratedKeys), sql);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int[] columns) throws SQLException {
    return guard(prepared().prepareStatement(sql, columns), sql);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, String[] columns) throws SQLException {
    return guard(prepared().prepareStatement(sql, columns), sql);
  }

  private PreparedStatement guard(PreparedStatement statement, String sql) {
    return GuardedStatement.of(this, PreparedStatement.class, statement, sql);
  }

  @Override
  public CallableStatement prepareCall(String sql) throws SQLException {
    return GuardedStatement.of(this, CallableStatement.class, prepared().prepareCall(sql), sql);
  }

  @Override
  public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
    return GuardedStatement.of(
        this, CallableStatement.class, prepared().prepareCall(sql, type, concurrency), sql);
  }

  @Override
  public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability)
      throws SQLException {
    return GuardedStatement.of(
        this,
        CallableStatement.class,
        prepared().prepareCall(sql, type, concurrency, holdability),
        sql);
  }

  @Override
  public String toString() {
    return "connection to " + route.info() + " through " + delegate;
  }

  /** Of JDBC's result sets only updatable ones send statements, so only they are guarded. */
  ResultSet guardRows(ResultSet rows) throws SQLException {
    return rows.getConcurrency() == ResultSet.CONCUR_UPDATABLE
        ? GuardedStatement.ofRows(this, rows)
        : rows;
  }
}

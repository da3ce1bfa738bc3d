package io.understudy.jdbc.internal.connection;

import static java.util.Objects.requireNonNull;

import io.understudy.jdbc.CommittedWarning;
import io.understudy.jdbc.HaConnection;
import io.understudy.jdbc.HaFailure;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.RouteInfo;
import io.understudy.jdbc.UnknownOutcomeException;
import io.understudy.jdbc.WriterLostException;
import io.understudy.jdbc.internal.dialect.EpochTable;
import io.understudy.jdbc.internal.dialect.ServerLife;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
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

  /** A question to the server. */
  @FunctionalInterface
  interface Looking {
    OptionalLong at(Connection session) throws SQLException;
  }

  /** Taking away and closing exclude each other: whoever comes first has the connection. */
  private enum State {
    OPEN,
    LOST,
    CLOSED
  }

  private static final AtomicReferenceFieldUpdater<GuardedConnection, State> STATE =
      AtomicReferenceFieldUpdater.newUpdater(GuardedConnection.class, State.class, "state");
  private static final int NO_SLOT = 0;

  private final Connection delegate;
  private final Route route;
  private final Lending lending;
  private final long keepUntilNanos;
  private final Transaction transaction = new Transaction();
  private int slot;
  private volatile State state = State.OPEN;
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
    if (STATE.compareAndSet(this, State.OPEN, State.LOST)) {
      lending.abort(delegate);
    }
  }

  boolean isLost() {
    return state == State.LOST;
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
    return live(Work.SESSION);
  }

  private Connection live(Work work) throws SQLException {
    if (isClosed()) {
      throw new SQLNonTransientConnectionException("the connection is closed", "08003");
    }
    if (isLost()) {
      throw failure("the connection to the writer was lost", transaction.unsent(work), null);
    }
    return delegate;
  }

  @Override
  boolean hasNothingToLose() {
    return isLost() && !transaction.isOpen();
  }

  /**
   * Whether it may be used. While the director writes its register, or a new one takes over, the
   * permit is away for some milliseconds: if it comes back for the same generation, the writer was
   * the writer all the time.
   */
  private boolean usable() {
    return !isLost()
        && (lending.router().isCurrent(route.generation()) || lending.becomesCurrent(this));
  }

  /** Runs a call between the two checks. */
  @Nullable Object guarded(Work work, Call call) throws SQLException {
    Connection unused = live(work);
    if (!usable()) {
      revoke();
      throw failure("this node may not use the writer any more", transaction.unsent(work), null);
    }
    transaction.sending(work);
    Object answer;
    try {
      answer = call.run();
    } catch (SQLException e) {
      SQLException judged = judged(e, work);
      if (!isLost()) {
        transaction.failed(work);
      }
      throw judged;
    } catch (RuntimeException | Error e) {
      transaction.failed(work);
      throw e;
    }
    if (!usable()) {
      revoke();
      throw failure(
          "the answer came after the end of the permit", transaction.inFlight(work), null);
    }
    return answer;
  }

  @Override
  SQLException judged(SQLException failure) {
    return judged(failure, Work.SESSION);
  }

  /** What a failure means; those of the application, like a duplicate key, stay as they are. */
  SQLException judged(SQLException e, Work work) {
    if (isClosed() || e instanceof HaFailure) {
      return e;
    }
    if (ServerFailure.isReadOnlyRefusal(e)) {
      lending.broke(route);
      revoke();
      return failure(
          "the server refuses writes: " + ServerFailure.firstLine(e), transaction.refused(work), e);
    }
    if (isLost() || ServerFailure.isBreak(e, delegate, work)) {
      if (!isLost()) {
        lending.broke(route);
      }
      revoke();
      return failure(
          "the connection to the writer broke: " + ServerFailure.firstLine(e),
          transaction.inFlight(work),
          e);
    }
    return e;
  }

  private SQLException failure(String what, Outcome outcome, @Nullable SQLException cause) {
    transaction.told(outcome);
    return outcome == Outcome.UNKNOWN
        ? new UnknownOutcomeException(what, route.info(), cause)
        : new WriterLostException(what, outcome, route.info(), cause);
  }

  /**
   * Reads the mode before the first statement, since a broken connection does not tell it any more.
   */
  private Connection prepared() throws SQLException {
    Connection connection = live();
    if (!transaction.isModeKnown()) {
      transaction.modeIs(connection.getAutoCommit());
    }
    takeSlot();
    return connection;
  }

  /**
   * Before anything is sent: who had the row before has committed before a snapshot begins here.
   */
  private void takeSlot() {
    CommitSearch search = lending.search();
    if (search != null && tokenSlot == NO_SLOT) {
      tokenSlot = search.tokens().take();
    }
  }

  /** With nothing sent there is nothing that could be lost. */
  @Override
  public void commit() throws SQLException {
    if (transaction.isEmpty()) {
      orderly(Connection::commit);
    } else {
      commitBy(
          () -> {
            delegate.commit();
            return null;
          });
    }
  }

  private void commitBy(Call call) throws SQLException {
    if (isRolledBack()) {
      throw new SQLException(
          "the commit before this one failed and its transaction was rolled back: call rollback(), then begin it anew",
          "25000");
    }
    boolean changed = transaction.mayHaveChanged();
    CommitSearch search = changed ? lending.search() : null;
    EpochGuard guard = changed ? lending.guard() : null;
    try {
      CommitToken token = proved(search, guard);
      if (search != null && token != null) {
        commitWithToken(search, token, call);
      } else {
        Object unused = guarded(Work.COMMIT, call);
      }
    } catch (SQLException e) {
      if (isLost()) {
        transaction.commitFailed();
      }
      throw e;
    }
    transaction.committed();
  }

  /** What comes before the commit, in its transaction. */
  private @Nullable CommitToken proved(@Nullable CommitSearch search, @Nullable EpochGuard guard)
      throws SQLException {
    try {
      if (search != null) {
        return mark(search.tokens(), guard);
      }
      if (guard != null) {
        guard.require(this);
      }
      return null;
    } catch (SQLException e) {
      if (!isLost()) {
        giveUp(e, guard);
      }
      throw e;
    }
  }

  /**
   * Nothing was committed, and the server may have rolled back already: a second commit would be
   * told success over an empty transaction.
   */
  private void giveUp(SQLException failure, @Nullable EpochGuard guard) throws SQLException {
    try {
      delegate.rollback();
      if (guard != null && EpochTable.hasChanged(failure)) {
        guard.require(this); // which of the two rows has changed, the failure does not tell
        delegate.rollback();
      }
    } catch (SQLException e) {
      if (isLost()) {
        throw e;
      }
      failure.addSuppressed(e);
      revoke();
    }
    transaction.commitFailed();
  }

  /** Whether its last commit failed before it was sent, and nobody has begun anew. */
  boolean isRolledBack() {
    return !isLost() && transaction.hasFailedCommit();
  }

  private void commitWithToken(CommitSearch search, CommitToken token, Call call)
      throws SQLException {
    try {
      Object unused = guarded(Work.COMMIT, call);
    } catch (UnknownOutcomeException e) {
      tokenSlot = NO_SLOT; // its transaction may hold the row for long
      lending.discard(route, delegate); // its place in the pool may be needed for looking
      settle(search.find(token, route), e);
    }
  }

  private CommitToken mark(CommitTokens tokens, @Nullable EpochGuard guard) throws SQLException {
    takeSlot();
    Object ran = guarded(Work.ROWS, () -> tokens.life(delegate, route.generation()));
    CommitToken token =
        tokens.next(tokenSlot, route.generation(), (ServerLife) Objects.requireNonNull(ran));
    EpochTable epochs = guard == null ? null : guard.epochs();
    Object written = guarded(Work.ROWS, () -> tokens.write(delegate, token, epochs));
    if (guard != null && !Boolean.TRUE.equals(written)) {
      throw guard.refused(this);
    }
    return token;
  }

  private void settle(CommitSearch.Result found, UnknownOutcomeException e) throws SQLException {
    RouteInfo now = lending.router().routeOf(lending.router().view()).info();
    CommitSearch.Result result = transaction.mayBeKeptInPart() ? found.ofAPart() : found;
    if (result.finding() == CommitSearch.Finding.ROLLED_BACK) {
      transaction.foundRolledBack();
    }
    committed = result.told(e, now);
  }

  /** The connection is lost then, but this can be told. */
  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    CommittedWarning warning = committed;
    return (warning != null && !isClosed()) ? warning : pass(Connection::getWarnings);
  }

  /**
   * Sends something that may change data. Under an epoch guard rows that would be committed by
   * themselves get a transaction; what may commit anything is preceded by the check that a commit
   * has.
   *
   * @param rows whether it may be a change of rows, which a transaction can hold
   */
  @Nullable Object changing(Work work, boolean rows, Call call) throws SQLException {
    EpochGuard guard = lending.guard();
    if (guard != null && rows && transaction.autoCommit()) {
      return guard.alone(this, () -> changing(work, true, call));
    }
    if (guard != null && work == Work.ANYTHING) {
      guard.require(this);
    }
    transaction.wrote();
    return guarded(work, call);
  }

  /** Asks the server something for this library, which is no part of the application's work. */
  OptionalLong look(Looking looking) throws SQLException {
    Object found = guarded(Work.SESSION, () -> looking.at(delegate));
    return (OptionalLong) requireNonNull(found);
  }

  /** The database admits this generation no more: nothing of its transaction is kept. */
  SQLException refused(String what) {
    lending.broke(route); // if the database is wrong, the director mends it
    revoke();
    return failure(what, transaction.unsent(Work.SESSION), null);
  }

  /** Text about transactions is to be sent. */
  void checkBegin(@Nullable String sql) throws SQLException {
    if (sql != null && lending.guard() != null) {
      EpochGuard.requireKnownBegin(sql, transaction.autoCommit());
    }
  }

  /** On a lost connection there is nothing left to roll back, so that is no failure. */
  @Override
  public void rollback() throws SQLException {
    if (!isLost()) {
      Connection connection = live();
      try {
        connection.rollback();
      } catch (SQLException e) {
        SQLException judged = judged(e);
        if (!isLost()) {
          throw judged;
        }
      }
    }
    transaction.rolledBack();
  }

  /** Of a lost connection too: who cleans up asks for it. */
  @Override
  public boolean getAutoCommit() throws SQLException {
    return (isLost() && transaction.isModeKnown())
        ? transaction.autoCommit()
        : pass(Connection::getAutoCommit);
  }

  /** Switching it on commits, so that is guarded like a commit. */
  @Override
  public void setAutoCommit(boolean on) throws SQLException {
    if (on && transaction.isOpen()) {
      commitBy(
          () -> {
            delegate.setAutoCommit(true);
            return null;
          });
    } else {
      orderly(it -> it.setAutoCommit(on));
    }
    transaction.switchedTo(on);
  }

  @Override
  public DatabaseMetaData getMetaData() throws SQLException {
    return GuardedMetaData.of(this, pass(Connection::getMetaData));
  }

  @Override
  public void close() throws SQLException {
    State before = STATE.getAndSet(this, State.CLOSED);
    if (before == State.CLOSED) {
      return;
    }
    lending.returned(this);
    if (before == State.LOST) {
      lending.discard(route, delegate);
      return;
    }
    try {
      delegate.close();
    } catch (SQLException e) {
      // A pool that sets a broken connection back notices by itself, and the work is done.
      if (!ServerFailure.isBreak(e)) {
        throw e;
      }
      return;
    }
    CommitSearch search = lending.search();
    if (search != null && tokenSlot != NO_SLOT) {
      search.tokens().giveBack(tokenSlot); // not before the session has let go of the row
    }
  }

  @Override
  public boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Zero would mean "wait for ever" to one of the drivers, whatever its socket time-out. */
  @Override
  public boolean isValid(int timeoutSeconds) throws SQLException {
    return state == State.OPEN
        && lending.router().isCurrent(route.generation())
        && delegate.isValid(timeoutSeconds == 0 ? 5 : timeoutSeconds);
  }

  @Override
  public void abort(Executor executor) throws SQLException {
    boolean unused = STATE.compareAndSet(this, State.OPEN, State.LOST);
    if (isLost()) {
      delegate.abort(executor);
    }
  }

  /**
   * Whoever unwraps the driver's connection uses it unguarded; when this one is lost, so is that.
   */
  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    XaRefusal.check(type);
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    T behind = pass(it -> it.unwrap(type));
    bypassed();
    return behind;
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

  /** A statement is to be sent whose text may switch auto-commit. */
  void changedByText() {
    transaction.changedByText();
  }

  /** Somebody gets a way past the guard. */
  void bypassed() {
    takeSlot();
    transaction.bypassed();
  }

  @Override
  public String toString() {
    return "connection to " + route.info() + " through " + delegate;
  }
}

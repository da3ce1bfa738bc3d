package io.understudy.jdbc.internal.connection;

import io.understudy.jdbc.HaConnection;
import io.understudy.jdbc.HaFailure;
import io.understudy.jdbc.Outcome;
import io.understudy.jdbc.RouteInfo;
import io.understudy.jdbc.WriterLostException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A connection for reading, which needs no permit: its session is read-only at the server, and all
 * that could change that is refused here. It reads what its master has, which may be old. When its
 * generation is over it may be used for a while, and is lost then, so that nobody reads for ever
 * from a master that was left behind. Used by one thread at a time; {@link #revoke} may come from
 * another.
 */
final class ReadOnlyConnection extends PreparingConnection implements HaConnection {
  private enum State {
    OPEN,
    LOST,
    CLOSED
  }

  private static final AtomicReferenceFieldUpdater<ReadOnlyConnection, State> STATE =
      AtomicReferenceFieldUpdater.newUpdater(ReadOnlyConnection.class, State.class, "state");

  private final ReadOnlySession session;
  private final RouteInfo route;
  private final String master;
  private final ReadLending lending;
  private volatile State state = State.OPEN;
  private boolean autoCommit;
  private boolean sent;

  ReadOnlyConnection(ReadOnlySession session, RouteInfo route, String master, ReadLending lending)
      throws SQLException {
    this.session = session;
    this.route = route;
    this.master = master;
    this.lending = lending;
    this.autoCommit = session.connection().getAutoCommit();
  }

  @Override
  public RouteInfo route() {
    return route;
  }

  @Override
  public String master() {
    return master;
  }

  /** Makes it useless, and breaks what is under way on it. */
  void revoke() {
    if (STATE.compareAndSet(this, State.OPEN, State.LOST)) {
      lending.abort(session.connection());
    }
  }

  // ---- the guard

  @Override
  Connection live() throws SQLException {
    if (isClosed()) {
      throw new SQLNonTransientConnectionException("the connection is closed", "08003");
    }
    if (state == State.LOST) {
      throw lost("it was taken away", null);
    }
    return session.connection();
  }

  /** Before each statement. */
  void sending() throws SQLException {
    Connection unused = live();
    if (lending.isTooOld(route.generation())) {
      revoke();
      throw lost("the generation that it was borrowed under is over", null);
    }
    sent = true;
  }

  /** What a failure means: nothing was written, so all that breaks may be repeated. */
  @Override
  SQLException judged(SQLException e) {
    if (e instanceof HaFailure || !(state == State.LOST || ServerFailure.isBreak(e))) {
      return e;
    }
    lending.broke(master);
    revoke();
    return lost("it broke: " + ServerFailure.firstLine(e), e);
  }

  private SQLException lost(String why, @Nullable SQLException cause) {
    Outcome outcome = sent && !autoCommit ? Outcome.ROLLED_BACK : Outcome.NOT_EXECUTED;
    return new WriterLostException(
        "the connection for reading from " + master + " is lost: " + why, outcome, route, cause);
  }

  @Override
  boolean hasNothingToLose() {
    return state == State.LOST;
  }

  // ---- statements

  @Override
  <T extends Statement> T make(Class<T> type, Passed<T> call, @Nullable String sql)
      throws SQLException {
    if (type == CallableStatement.class) {
      throw new SQLFeatureNotSupportedException(
          "procedures are refused on a connection for reading: one could switch to writing",
          "0A000");
    }
    if (sql != null) {
      ReadOnlyText.check(sql);
    }
    T made = pass(call);
    if (made.getResultSetConcurrency() != ResultSet.CONCUR_READ_ONLY) {
      made.close();
      throw new SQLFeatureNotSupportedException(
          "updatable rows are refused on a connection for reading", "0A000");
    }
    return ReadOnlyProxy.of(this, type, made);
  }

  @Override
  public DatabaseMetaData getMetaData() throws SQLException {
    return ReadOnlyProxy.metaData(this, pass(Connection::getMetaData));
  }

  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    return pass(Connection::getWarnings);
  }

  // ---- what differs from a connection that may write

  @Override
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public void setReadOnly(boolean readOnly) throws SQLException {
    if (!readOnly) {
      throw new SQLFeatureNotSupportedException(
          "a connection for reading stays one: get another from the data source itself", "0A000");
    }
  }

  @Override
  public void setAutoCommit(boolean on) throws SQLException {
    orderly(it -> it.setAutoCommit(on));
    sent &= on == autoCommit;
    autoCommit = on;
  }

  @Override
  public void commit() throws SQLException {
    orderly(Connection::commit);
    sent = false;
  }

  @Override
  public void rollback() throws SQLException {
    orderly(Connection::rollback);
    sent = false;
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw new SQLFeatureNotSupportedException(
        "nothing is unwrapped of a connection for reading: what is behind it could write", "0A000");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }

  // ---- the end

  @Override
  public void close() throws SQLException {
    State before = STATE.getAndSet(this, State.CLOSED);
    if (before == State.CLOSED) {
      return;
    }
    lending.returned(this);
    if (before == State.LOST) {
      session.discard();
    } else {
      session.giveBack();
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
        && !lending.isTooOld(route.generation())
        && session.connection().isValid(timeoutSeconds == 0 ? 5 : timeoutSeconds);
  }

  @Override
  public void abort(Executor executor) throws SQLException {
    boolean unused = STATE.compareAndSet(this, State.OPEN, State.LOST);
    if (state == State.LOST) {
      session.connection().abort(executor);
    }
  }

  @Override
  public String toString() {
    return "connection for reading from " + master + ", " + route;
  }
}

package io.understudy.jdbc.internal.source;

import io.understudy.jdbc.internal.connection.ReadLending;
import io.understudy.jdbc.internal.connection.XaRefusal;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connections for reading, as a DataSource of their own. */
final class ReaderDataSource implements DataSource {
  private final ReadLending lending;
  private final Duration borrowTimeout;

  ReaderDataSource(ReadLending lending, Duration borrowTimeout) {
    this.lending = lending;
    this.borrowTimeout = borrowTimeout;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return lending.borrow();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "user and password belong to the pools of the masters: use getConnection()");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    XaRefusal.check(type);
    if (!type.isInstance(this)) {
      throw new SQLException(getClass().getName() + " wraps no " + type.getName());
    }
    return type.cast(this);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException("it logs through SLF4J");
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    throw new SQLFeatureNotSupportedException("set the borrow time-out of the builder instead");
  }

  @Override
  public int getLoginTimeout() {
    return (int) borrowTimeout.toSeconds();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("it logs through SLF4J");
  }
}

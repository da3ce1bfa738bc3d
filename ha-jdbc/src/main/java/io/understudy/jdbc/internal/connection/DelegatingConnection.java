package io.understudy.jdbc.internal.connection;

import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.NClob;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Everything of a connection that is passed on as it is; if that fails, the failure is judged. */
abstract class DelegatingConnection implements Connection {
  /** A call to the connection behind this one. */
  @FunctionalInterface
  interface Passed<T extends @Nullable Object> {
    T on(Connection connection) throws SQLException;
  }

  /** A call without an answer. */
  @FunctionalInterface
  interface Order {
    void on(Connection connection) throws SQLException;
  }

  /** The connection behind this one, if it can still be used. */
  abstract Connection live() throws SQLException;

  /** What a failure of a call means that stands for no work by itself. */
  abstract SQLException judged(SQLException failure);

  /** Whether it is lost, and no open work with it. */
  abstract boolean hasNothingToLose();

  /**
   * Sets something up or back, or ends what is empty. On a lost connection without open work that
   * is no failure: who cleans up after a commit must not be told to repeat it.
   */
  final void orderly(Order call) throws SQLException {
    if (hasNothingToLose()) {
      return;
    }
    try {
      tell(call);
    } catch (SQLException e) {
      if (!hasNothingToLose()) {
        throw e;
      }
    }
  }

  final <T extends @Nullable Object> T pass(Passed<T> call) throws SQLException {
    Connection connection = live();
    try {
      return call.on(connection);
    } catch (SQLException e) {
      throw judged(e);
    }
  }

  final void tell(Order call) throws SQLException {
    Connection connection = live();
    try {
      call.on(connection);
    } catch (SQLException e) {
      throw judged(e);
    }
  }

  @Override
  public void clearWarnings() throws SQLException {
    orderly(Connection::clearWarnings);
  }

  @Override
  public void endRequest() throws SQLException {
    orderly(Connection::endRequest);
  }

  @Override
  public void beginRequest() throws SQLException {
    tell(Connection::beginRequest);
  }

  @Override
  public boolean getAutoCommit() throws SQLException {
    return pass(Connection::getAutoCommit);
  }

  @Override
  public String nativeSQL(String sql) throws SQLException {
    return pass(it -> it.nativeSQL(sql));
  }

  @Override
  public void setReadOnly(boolean readOnly) throws SQLException {
    orderly(it -> it.setReadOnly(readOnly));
  }

  @Override
  public boolean isReadOnly() throws SQLException {
    return pass(Connection::isReadOnly);
  }

  @Override
  public void setCatalog(String catalog) throws SQLException {
    orderly(it -> it.setCatalog(catalog));
  }

  @Override
  public String getCatalog() throws SQLException {
    return pass(Connection::getCatalog);
  }

  @Override
  public void setTransactionIsolation(int level) throws SQLException {
    orderly(it -> it.setTransactionIsolation(level));
  }

  @Override
  public int getTransactionIsolation() throws SQLException {
    return pass(Connection::getTransactionIsolation);
  }

  @Override
  public Map<String, Class<?>> getTypeMap() throws SQLException {
    return pass(Connection::getTypeMap);
  }

  @Override
  public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
    tell(it -> it.setTypeMap(map));
  }

  @Override
  public void setHoldability(int holdability) throws SQLException {
    orderly(it -> it.setHoldability(holdability));
  }

  @Override
  public int getHoldability() throws SQLException {
    return pass(Connection::getHoldability);
  }

  @Override
  public Savepoint setSavepoint() throws SQLException {
    return pass(it -> it.setSavepoint());
  }

  @Override
  public Savepoint setSavepoint(String name) throws SQLException {
    return pass(it -> it.setSavepoint(name));
  }

  @Override
  public void releaseSavepoint(Savepoint savepoint) throws SQLException {
    tell(it -> it.releaseSavepoint(savepoint));
  }

  @Override
  public void rollback(Savepoint savepoint) throws SQLException {
    tell(it -> it.rollback(savepoint));
  }

  @Override
  public Clob createClob() throws SQLException {
    return pass(Connection::createClob);
  }

  @Override
  public Blob createBlob() throws SQLException {
    return pass(Connection::createBlob);
  }

  @Override
  public NClob createNClob() throws SQLException {
    return pass(Connection::createNClob);
  }

  @Override
  public SQLXML createSQLXML() throws SQLException {
    return pass(Connection::createSQLXML);
  }

  @Override
  public String getClientInfo(String name) throws SQLException {
    return pass(it -> it.getClientInfo(name));
  }

  @Override
  public Properties getClientInfo() throws SQLException {
    return pass(it -> it.getClientInfo());
  }

  @Override
  public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
    return pass(it -> it.createArrayOf(typeName, elements));
  }

  @Override
  public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
    return pass(it -> it.createStruct(typeName, attributes));
  }

  @Override
  public void setSchema(String schema) throws SQLException {
    orderly(it -> it.setSchema(schema));
  }

  @Override
  public String getSchema() throws SQLException {
    return pass(Connection::getSchema);
  }

  @Override
  public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
    orderly(it -> it.setNetworkTimeout(executor, milliseconds));
  }

  @Override
  public int getNetworkTimeout() throws SQLException {
    return pass(Connection::getNetworkTimeout);
  }

  @Override
  public void setClientInfo(String name, String value) throws SQLClientInfoException {
    passOn().setClientInfo(name, value);
  }

  @Override
  public void setClientInfo(Properties properties) throws SQLClientInfoException {
    passOn().setClientInfo(properties);
  }

  private Connection passOn() throws SQLClientInfoException {
    try {
      return live();
    } catch (SQLException e) {
      throw new SQLClientInfoException(
          String.valueOf(e.getMessage()), e.getSQLState(), e.getErrorCode(), Map.of(), e);
    }
  }
}

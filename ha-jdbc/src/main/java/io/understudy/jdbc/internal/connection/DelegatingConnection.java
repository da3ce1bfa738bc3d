package io.understudy.jdbc.internal.connection;

import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;

/** Everything of a connection that is passed on as it is. */
abstract class DelegatingConnection implements Connection {
  /** The connection behind this one, if it can still be used. */
  abstract Connection live() throws SQLException;

  @Override
  public void clearWarnings() throws SQLException {
    live().clearWarnings();
  }

  @Override
  public void endRequest() throws SQLException {
    live().endRequest();
  }

  @Override
  public void beginRequest() throws SQLException {
    live().beginRequest();
  }

  @Override
  public SQLWarning getWarnings() throws SQLException {
    return live().getWarnings();
  }

  @Override
  public DatabaseMetaData getMetaData() throws SQLException {
    return live().getMetaData();
  }

  @Override
  public boolean getAutoCommit() throws SQLException {
    return live().getAutoCommit();
  }

  @Override
  public String nativeSQL(String sql) throws SQLException {
    return live().nativeSQL(sql);
  }

  @Override
  public void setReadOnly(boolean readOnly) throws SQLException {
    live().setReadOnly(readOnly);
  }

  @Override
  public boolean isReadOnly() throws SQLException {
    return live().isReadOnly();
  }

  @Override
  public void setCatalog(String catalog) throws SQLException {
    live().setCatalog(catalog);
  }

  @Override
  public String getCatalog() throws SQLException {
    return live().getCatalog();
  }

  @Override
  public void setTransactionIsolation(int level) throws SQLException {
    live().setTransactionIsolation(level);
  }

  @Override
  public int getTransactionIsolation() throws SQLException {
    return live().getTransactionIsolation();
  }

  @Override
  public Map<String, Class<?>> getTypeMap() throws SQLException {
    return live().getTypeMap();
  }

  @Override
  public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
    live().setTypeMap(map);
  }

  @Override
  public void setHoldability(int holdability) throws SQLException {
    live().setHoldability(holdability);
  }

  @Override
  public int getHoldability() throws SQLException {
    return live().getHoldability();
  }

  @Override
  public Savepoint setSavepoint() throws SQLException {
    return live().setSavepoint();
  }

  @Override
  public Savepoint setSavepoint(String name) throws SQLException {
    return live().setSavepoint(name);
  }

  @Override
  public void releaseSavepoint(Savepoint savepoint) throws SQLException {
    live().releaseSavepoint(savepoint);
  }

  @Override
  public Clob createClob() throws SQLException {
    return live().createClob();
  }

  @Override
  public Blob createBlob() throws SQLException {
    return live().createBlob();
  }

  @Override
  public NClob createNClob() throws SQLException {
    return live().createNClob();
  }

  @Override
  public SQLXML createSQLXML() throws SQLException {
    return live().createSQLXML();
  }

  @Override
  public String getClientInfo(String name) throws SQLException {
    return live().getClientInfo(name);
  }

  @Override
  public Properties getClientInfo() throws SQLException {
    return live().getClientInfo();
  }

  @Override
  public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
    return live().createArrayOf(typeName, elements);
  }

  @Override
  public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
    return live().createStruct(typeName, attributes);
  }

  @Override
  public void setSchema(String schema) throws SQLException {
    live().setSchema(schema);
  }

  @Override
  public String getSchema() throws SQLException {
    return live().getSchema();
  }

  @Override
  public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
    live().setNetworkTimeout(executor, milliseconds);
  }

  @Override
  public int getNetworkTimeout() throws SQLException {
    return live().getNetworkTimeout();
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

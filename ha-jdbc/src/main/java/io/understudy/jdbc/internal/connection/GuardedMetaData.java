package io.understudy.jdbc.internal.connection;

import java.lang.reflect.Method;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Metadata that leads back to the guarded connection and not past it. */
final class GuardedMetaData extends GuardedProxy {
  private GuardedMetaData(GuardedConnection connection, DatabaseMetaData delegate) {
    super(connection, delegate);
  }

  static DatabaseMetaData of(GuardedConnection connection, DatabaseMetaData delegate) {
    return proxy(DatabaseMetaData.class, new GuardedMetaData(connection, delegate));
  }

  /** Its rows come from statements of the driver, which are nobody's business. */
  @Override
  @Nullable Object intercept(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    if (method.getName().equals("getConnection")) {
      return connection;
    }
    Object answer = judgedCall(Work.SESSION, method, args);
    return answer instanceof ResultSet rows
        ? GuardedRows.of(connection, null, rows, Work.SESSION)
        : answer;
  }
}

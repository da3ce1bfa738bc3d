package io.understudy.jdbc.internal.connection;

import java.sql.SQLException;
import java.sql.SQLSyntaxErrorException;
import org.jspecify.annotations.Nullable;

/**
 * What may be sent on a connection for reading. The server refuses writes in a read-only session; a
 * session can leave that mode by SET, by START TRANSACTION, or by what a procedure or a prepared
 * text does. So what is not known to read is refused, and two statements in one text are. Allocates
 * nothing for what passes.
 */
final class ReadOnlyText {
  private static final String[] READS = {
    "SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "TABLE", "VALUES"
  };

  private ReadOnlyText() {}

  static void check(@Nullable String sql) throws SQLException {
    if (sql == null || !isRead(sql)) {
      throw new SQLSyntaxErrorException(
          "refused on a connection for reading: '%s'; what begins with %s and is one statement alone"
                  .formatted(head(sql), String.join(", ", READS))
              + " may be sent, and a semicolon within a literal counts as the end of a statement: use"
              + " a parameter for it. Write on a connection of the data source itself",
          "25006");
    }
  }

  private static boolean isRead(String sql) {
    if (!SqlText.isSingle(sql)) {
      return false;
    }
    for (String word : READS) {
      if (SqlText.beginsWith(sql, word)) {
        return true;
      }
    }
    return false;
  }

  private static String head(@Nullable String sql) {
    String text = String.valueOf(sql).strip();
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }
}

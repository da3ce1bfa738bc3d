package io.understudy.jdbc.internal.connection;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be told from a statement's text without parsing it. */
final class SqlText {
  private static final Set<String> WITHIN_TRANSACTION =
      Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH");

  private SqlText() {}

  /**
   * Whether the statement certainly leaves the transaction open: it begins like one that reads or
   * changes rows, and no second statement can follow. DDL, CALL and COMMIT as text may commit.
   */
  static boolean cannotCommit(@Nullable String sql) {
    if (sql == null || sql.indexOf(';') >= 0) {
      return false;
    }
    String text = sql.stripLeading();
    int end = 0;
    while (end < text.length() && Character.isLetter(text.charAt(end))) {
      end++;
    }
    return WITHIN_TRANSACTION.contains(text.substring(0, end).toUpperCase(Locale.ROOT));
  }
}

package io.understudy.jdbc.internal.connection;

import org.jspecify.annotations.Nullable;

/** What can be told from a statement's text without parsing it. Allocates nothing. */
final class SqlText {
  private static final String[] WITHIN_TRANSACTION = {
    "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"
  };

  private static final String AUTOCOMMIT = "autocommit";

  private SqlText() {}

  /**
   * Whether the statement certainly leaves the transaction open: it begins like one that reads or
   * changes rows, and no second statement can follow. DDL, CALL and COMMIT as text may commit.
   */
  static boolean cannotCommit(@Nullable String sql) {
    if (sql == null || !isSingle(sql)) {
      return false;
    }
    for (String word : WITHIN_TRANSACTION) {
      if (beginsWith(sql, word)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a statement begins with a word. */
  static boolean beginsWith(String sql, String word) {
    int start = 0;
    while (start < sql.length() && Character.isWhitespace(sql.charAt(start))) {
      start++;
    }
    int end = start + word.length();
    return sql.regionMatches(true, start, word, 0, word.length())
        && (end == sql.length() || !Character.isLetter(sql.charAt(end)));
  }

  /** Whether it speaks of auto-commit, and so may switch it behind the driver's interface. */
  static boolean mayChangeMode(@Nullable String sql) {
    if (sql == null) {
      return false;
    }
    for (int i = sql.length() - AUTOCOMMIT.length(); i >= 0; i--) {
      if (sql.regionMatches(true, i, AUTOCOMMIT, 0, AUTOCOMMIT.length())) {
        return true;
      }
    }
    return false;
  }

  /** A semicolon at the very end separates nothing; one within a literal counts all the same. */
  private static boolean isSingle(String sql) {
    int semicolon = sql.indexOf(';');
    if (semicolon < 0) {
      return true;
    }
    for (int i = semicolon + 1; i < sql.length(); i++) {
      if (!Character.isWhitespace(sql.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}

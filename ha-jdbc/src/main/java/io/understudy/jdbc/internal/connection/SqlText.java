package io.understudy.jdbc.internal.connection;

import org.jspecify.annotations.Nullable;

/** What can be told from a statement's text without parsing it. Allocates nothing. */
final class SqlText {
  private static final String AUTOCOMMIT = "autocommit";

  private static final String[] WITHIN_TRANSACTION = {
    "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "SHOW", "USE", "SAVEPOINT"
  };

  private static final String[] CHANGING_NOTHING = {
    "SELECT", "SHOW", "USE", "SAVEPOINT", "EXPLAIN", "DESCRIBE", "DESC"
  };

  /**
   * What makes a SET more than a setting: SET PASSWORD commits, SET STATEMENT holds another one.
   */
  private static final String[] MORE_THAN_SETTING = {AUTOCOMMIT, "PASSWORD", "ROLE", "STATEMENT"};

  /** Words with which what changes rows begins, whatever else stands in its text. */
  private static final String[] CHANGING_ROWS = {
    "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "LOAD", "SET", "ANALYZE", "EXECUTE"
  };

  private SqlText() {}

  /**
   * Whether the statement certainly leaves the transaction open: it begins like one that reads or
   * changes rows, and no second statement can follow. DDL, CALL and COMMIT as text may commit.
   */
  static boolean cannotCommit(@Nullable String sql) {
    return sql != null && isSingle(sql) && (beginsWithAny(sql, WITHIN_TRANSACTION) || sets(sql));
  }

  /**
   * Whether the statement certainly changes no data, but for what functions do that it calls: one
   * alone that begins like a query or a setting.
   */
  static boolean changesNothing(@Nullable String sql) {
    return sql != null && isSingle(sql) && (beginsWithAny(sql, CHANGING_NOTHING) || sets(sql));
  }

  /**
   * Whether it, or one of several statements, begins a transaction as text; a body may hold BEGIN.
   */
  static boolean beginsTransaction(String sql) {
    return !beginsWith(sql, "CREATE")
        && (anyBeginsWith(sql, "BEGIN") || anyBeginsWith(sql, "START"));
  }

  /**
   * Whether it, or one of several statements, begins like one that changes rows and leaves their
   * transaction open. Of a comment that servers may execute both readings count.
   */
  static boolean mayChangeRows(@Nullable String sql) {
    if (sql != null) {
      for (String word : CHANGING_ROWS) {
        if (anyBeginsWith(sql, word)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean beginsWithAny(String sql, String[] words) {
    for (String word : words) {
      if (beginsWith(sql, word)) {
        return true;
      }
    }
    return false;
  }

  private static boolean sets(String sql) {
    return beginsWith(sql, "SET") && isSetting(sql);
  }

  private static boolean isSetting(String sql) {
    for (String word : MORE_THAN_SETTING) {
      if (contains(sql, word)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a statement begins with a word, after comments and parentheses. Never if a comment
   * comes first that some servers execute: a server may take what is in it for the beginning, or
   * what follows.
   */
  static boolean beginsWith(String sql, String word) {
    return wordAt(sql, skipBlank(sql, 0), word);
  }

  /**
   * Whether one of several statements begins with a word. Whether a backslash escapes a quote is
   * the session's sql_mode; it counts if it does in either reading.
   */
  static boolean anyBeginsWith(String sql, String word) {
    return anyBeginsWith(sql, word, true) || anyBeginsWith(sql, word, false);
  }

  private static boolean anyBeginsWith(String sql, String word, boolean escapes) {
    int start = 0;
    do {
      if (mayBeginAt(sql, start, word)) {
        return true;
      }
      start = sql.indexOf(';', start) < 0 ? 0 : nextStatement(sql, start, escapes);
    } while (start > 0);
    return false;
  }

  /** Looks into comments that some servers execute, and behind them. */
  private static boolean mayBeginAt(String sql, int start, String word) {
    int at = skipBlank(sql, start);
    while (isExecutable(sql, at)) {
      at = skipBlank(sql, skipDigits(sql, sql.indexOf('!', at) + 1));
      if (wordAt(sql, at, word)) {
        return true;
      }
      if (!isExecutable(sql, at)) {
        at = skipBlank(sql, after(sql, "*/", at));
      }
    }
    return wordAt(sql, at, word);
  }

  /** Behind the next semicolon that is in no literal and no comment; 0 without one. */
  private static int nextStatement(String sql, int from, boolean escapes) {
    int at = from;
    while (at < sql.length()) {
      char next = sql.charAt(at);
      if (next == ';') {
        return at + 1;
      }
      boolean quote = next == '\'' || next == '"' || next == '`';
      at = quote ? afterQuoted(sql, at, escapes) : Math.max(at + 1, skipBlank(sql, at));
    }
    return 0;
  }

  private static int afterQuoted(String sql, int open, boolean escapes) {
    char quote = sql.charAt(open);
    int at = open + 1;
    while (at < sql.length() && sql.charAt(at) != quote) {
      at += escapes && quote != '`' && sql.charAt(at) == '\\' ? 2 : 1;
    }
    return at + 1;
  }

  private static boolean wordAt(String sql, int start, String word) {
    int end = start + word.length();
    return sql.regionMatches(true, start, word, 0, word.length())
        && (end == sql.length() || !Character.isLetterOrDigit(sql.charAt(end)))
        && (end == sql.length() || sql.charAt(end) != '_');
  }

  /** By its version, which is in the comment, a server executes it or skips it. */
  private static boolean isExecutable(String sql, int at) {
    return sql.startsWith("/*!", at) || sql.startsWith("/*M!", at);
  }

  /** Skips what may stand before a statement, but no comment that may be executed. */
  private static int skipBlank(String sql, int from) {
    int at = from;
    while (at < sql.length()) {
      char next = sql.charAt(at);
      if (Character.isWhitespace(next) || next == '(') {
        at++;
      } else if (sql.startsWith("/*", at) && !isExecutable(sql, at)) {
        at = after(sql, "*/", at + 2);
      } else if (next == '#' || isDashComment(sql, at)) {
        at = after(sql, "\n", at);
      } else {
        return at;
      }
    }
    return at;
  }

  /** Without a blank behind it, it is a sum: 5--1. */
  private static boolean isDashComment(String sql, int at) {
    return sql.startsWith("--", at)
        && (at + 2 == sql.length() || Character.isWhitespace(sql.charAt(at + 2)));
  }

  private static int skipDigits(String sql, int from) {
    int at = from;
    while (at < sql.length() && Character.isDigit(sql.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int after(String sql, String mark, int from) {
    int found = sql.indexOf(mark, from);
    return found < 0 ? sql.length() : found + mark.length();
  }

  /** Whether it speaks of auto-commit, and so may switch it behind the driver's interface. */
  static boolean mayChangeMode(@Nullable String sql) {
    return sql != null && contains(sql, AUTOCOMMIT);
  }

  private static boolean contains(String sql, String word) {
    for (int i = sql.length() - word.length(); i >= 0; i--) {
      if (sql.regionMatches(true, i, word, 0, word.length())) {
        return true;
      }
    }
    return false;
  }

  /** A semicolon at the very end separates nothing; one within a literal counts all the same. */
  static boolean isSingle(String sql) {
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

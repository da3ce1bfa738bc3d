package io.understudy.jdbc.internal.connection;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "  insert into t values (1)",
        "Update t set a=1",
        "WITH x AS (..)",
        "DELETE FROM t; "
      })
  void rowStatementsCannotCommit(String sql) {
    assertTrue(SqlText.cannotCommit(sql));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COMMIT",
        "CREATE TABLE t (a INT)",
        "CALL p()",
        "INSERT INTO t VALUES (1); COMMIT",
        "/* hint */ SELECT 1",
        "SELECTED",
        ""
      })
  void anythingElseMight(String sql) {
    assertFalse(SqlText.cannotCommit(sql));
  }

  @Test
  void unknownTextMight() {
    assertFalse(SqlText.cannotCommit(null));
  }
}

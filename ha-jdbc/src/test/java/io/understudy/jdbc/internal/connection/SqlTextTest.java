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
        "DELETE FROM t; ",
        "/* hint */ SELECT 1",
        "-- why\nSELECT 1",
        "(SELECT 1) UNION (SELECT 2)",
        "SET @a = 1",
        "SHOW VARIABLES LIKE 'autocommit'"
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
        "/*! COMMIT */",
        "/*!50000 COMMIT */",
        "/*!999999 SELECT */ COMMIT",
        "(/*M!999999 SELECT */ CREATE TABLE t (a INT)",
        "/* why */ /*! SELECT 1 */",
        "/* SELECT",
        "SET autocommit = 1",
        "SET PASSWORD = 'x'",
        "SET STATEMENT max_statement_time=1 FOR CREATE TABLE t (a INT)",
        "SELECTED",
        ""
      })
  void anythingElseMight(String sql) {
    assertFalse(SqlText.cannotCommit(sql));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "xa start 'a'",
        "/* why */ XA END 'a'",
        "SELECT 1; XA RECOVER",
        "/*! XA END 'a' */",
        "/*!999999 SELECT */ XA END 'a'",
        "/*!999999 SELECT */ /*M!100000 XA END 'a' */",
        "/*!50000 /*!999999 SELECT */ XA END 'a' */",
        "SELECT ';'; XA RECOVER",
        "SELECT 'it''s'; XA RECOVER",
        "SELECT '\\\\'; XA RECOVER",
        "SELECT '\\'; XA RECOVER -- if a backslash is one",
        "SELECT '\\''; XA RECOVER -- if it is not",
        "SELECT 1 /* it's */; XA RECOVER",
        "SELECT 1 -- it's\n; XA RECOVER",
        "SELECT 5--1; XA RECOVER",
        "SELECT `'`; XA RECOVER"
      })
  void xaIsSeenBehindCommentsAndOtherStatements(String sql) {
    assertTrue(SqlText.anyBeginsWith(sql, "XA"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT xa FROM t",
        "XAVER",
        "SELECT 1; SELECT 2;",
        "INSERT INTO note VALUES ('one; XA two')",
        "INSERT INTO note VALUES (\"one'; XA two\")",
        "SELECT 1 /* ; XA END */",
        "SELECT 'open; XA END",
        ""
      })
  void otherTextIsNot(String sql) {
    assertFalse(SqlText.anyBeginsWith(sql, "XA"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t VALUES ('a;b')",
        "/*!999999 SELECT */ INSERT INTO t VALUES (1)",
        "/*!50000 INSERT INTO t VALUES (1) */",
        "SELECT 1; DELETE FROM t",
        "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
        "SET STATEMENT max_statement_time=1 FOR INSERT INTO t VALUES (1)",
        "ANALYZE UPDATE t SET a = 1",
        "EXECUTE s"
      })
  void rowsMayBeChangedByMoreThanIsKnownToStayInATransaction(String sql) {
    assertTrue(SqlText.mayChangeRows(sql));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CREATE TABLE t (a INT)", "CALL p('; x')", "LOCK TABLES t WRITE", ""})
  void theRestCommitsItsOwnWay(String sql) {
    assertFalse(SqlText.mayChangeRows(sql));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/*!999999 SELECT */ INSERT INTO t VALUES (1)", "/*M! SELECT 1 */"})
  void whatSomeServersSkipIsNoQuery(String sql) {
    assertFalse(SqlText.changesNothing(sql));
  }

  @Test
  void unknownTextMight() {
    assertFalse(SqlText.cannotCommit(null));
  }
}

package io.understudy.jdbc.internal.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.Outcome;
import io.understudy.samples.dbpair.Flavor;
import java.sql.BatchUpdateException;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** JDBC's larger features through the wrapper; on real servers. */
@ExtendWith(SharedPairs.class)
class StatementTest {
  private GuardedSite site;
  private Connection connection;

  private void begin(Flavor flavor) throws SQLException {
    site = new GuardedSite(flavor, "").started();
    GuardedSite.admin(
        site.pair.a(),
        "CREATE TABLE appdb.note (id INT PRIMARY KEY AUTO_INCREMENT, text LONGTEXT, data LONGBLOB)",
        "CREATE PROCEDURE appdb.twice(IN n INT, OUT doubled INT)"
            + " BEGIN SET doubled = 2 * n; SELECT n; SELECT doubled; END");
    connection = site.lending.borrow();
  }

  @AfterEach
  void end() throws SQLException {
    connection.close();
    site.close();
    GuardedSite.admin(site.pair.a(), "DROP TABLE appdb.note", "DROP PROCEDURE appdb.twice");
  }

  @ParameterizedTest
  @EnumSource
  void generatedKeysAndBatches(Flavor flavor) throws SQLException {
    begin(flavor);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO note (text) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
      for (String text : new String[] {"a", "b", "c"}) {
        insert.setString(1, text);
        insert.addBatch();
      }
      assertArrayEquals(new int[] {1, 1, 1}, insert.executeBatch());
      try (ResultSet keys = insert.getGeneratedKeys()) {
        int count = 0;
        while (keys.next()) {
          assertEquals(1, keys.getLong(1) % 2, "of the first master");
          count++;
        }
        assertEquals(3, count);
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.addBatch("INSERT INTO note (id) VALUES (101)");
      statement.addBatch("INSERT INTO note (id) VALUES (101)");
      assertThrows(BatchUpdateException.class, statement::executeBatch, "stays what it is");
    }
    assertEquals(4, GuardedSite.count(site.pair.a(), "note"));
  }

  @ParameterizedTest
  @EnumSource
  void savepoints(Flavor flavor) throws SQLException {
    begin(flavor);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO note (text) VALUES ('kept')");
      Savepoint savepoint = connection.setSavepoint("here");
      statement.executeUpdate("INSERT INTO note (text) VALUES ('undone')");
      connection.rollback(savepoint);
      connection.releaseSavepoint(savepoint);
    }
    connection.commit();
    assertEquals(1, GuardedSite.count(site.pair.a(), "note"));
  }

  @ParameterizedTest
  @EnumSource
  void largeObjects(Flavor flavor) throws SQLException {
    begin(flavor);
    String text = "§".repeat(100_000);
    Clob clob = connection.createClob();
    clob.setString(1, text);
    Blob blob = connection.createBlob();
    blob.setBytes(1, text.getBytes(UTF_8));
    try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO note (text, data) VALUES (?, ?)");
        Statement select = connection.createStatement()) {
      insert.setClob(1, clob);
      insert.setBlob(2, blob);
      assertEquals(1, insert.executeUpdate());
      try (ResultSet rows = select.executeQuery("SELECT text, data FROM note")) {
        assertTrue(rows.next());
        assertEquals(text, rows.getClob(1).getSubString(1, text.length()));
        assertArrayEquals(text.getBytes(UTF_8), rows.getBlob(2).getBytes(1, 2 * text.length()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void callableStatements(Flavor flavor) throws SQLException {
    begin(flavor);
    try (CallableStatement call = connection.prepareCall("{call twice(?, ?)}")) {
      call.setInt(1, 21);
      call.registerOutParameter(2, Types.INTEGER);
      assertTrue(call.execute());
      try (ResultSet rows = call.getResultSet()) {
        assertTrue(rows.next());
        assertEquals(21, rows.getInt(1));
      }
      assertTrue(call.getMoreResults());
      try (ResultSet rows = call.getResultSet()) {
        assertTrue(rows.next());
        assertEquals(42, rows.getInt(1));
      }
      assertEquals(42, call.getInt(2));
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsAreChangedUnderGuard(Flavor flavor) throws SQLException {
    begin(flavor);
    connection.setAutoCommit(false);
    try (Statement statement =
        connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
      statement.executeUpdate("INSERT INTO note (text) VALUES ('old')");
      try (ResultSet rows = statement.executeQuery("SELECT id, text FROM note")) {
        assertTrue(rows.next());
        rows.updateString(2, "new");
        rows.updateRow();
        connection.commit();
        rows.updateString(2, "too late");
        site.register.permit(Duration.ZERO);
        SQLException lost = assertThrows(SQLException.class, rows::updateRow);
        assertEquals(Outcome.NOT_EXECUTED, Outcome.of(lost).orElseThrow(), "the commit stays");
      }
    }
  }
}

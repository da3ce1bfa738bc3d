package io.understudy.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The row in the database that says which generation may write: what a guarded transaction checks
 * and locks before it commits, and what a director changes on the next writer before that is
 * opened. It replicates like any other row. Threadsafe.
 *
 * <p>What it proves on one server: a transaction shares the row with others of its generation from
 * its look until its commit is done, and the row cannot be changed meanwhile. So on a server that
 * has the row of a generation, nothing of another generation commits; and since that row is the
 * first thing that a generation writes, a server gets it before anything else of that generation.
 */
public final class EpochTable {
  private static final int NO_SUCH_DATABASE = 1049;
  private static final int NO_SUCH_TABLE = 1146;
  private static final int LOCK_WAIT_TIMEOUT = 1205;

  /** MariaDB with innodb_snapshot_isolation: another transaction has changed the row since. */
  private static final int CHANGED_SINCE = 1020;

  private static final String DENIED = "42000";

  /** There is nothing to look at yet, or somebody changes it: no want of a privilege. */
  private static final Set<Integer> PRIVILEGED =
      Set.of(NO_SUCH_DATABASE, NO_SUCH_TABLE, LOCK_WAIT_TIMEOUT);

  private static final List<String> NEEDED = List.of("SELECT", "INSERT", "UPDATE");

  private final String table;
  private final String row;
  private final String where;

  private EpochTable(String table, String name) {
    this.table = table;
    this.row = "'" + name + "'";
    this.where = " WHERE name = " + row;
  }

  /**
   * The row of a data source.
   *
   * @param table the table, with its database; null if there is none
   * @param name the data source: letters, digits, dot, hyphen and underscore
   * @return the row; null without a table
   */
  public static @Nullable EpochTable of(@Nullable String table, String name) {
    return table == null ? null : new EpochTable(table, name);
  }

  /**
   * The table.
   *
   * @return its name, with its database
   */
  public String table() {
    return table;
  }

  /** As people are told to create it, and as a director does if it may. */
  private String creation() {
    return "CREATE TABLE IF NOT EXISTS "
        + table
        + " (name VARCHAR(40) NOT NULL PRIMARY KEY, generation BIGINT NOT NULL) ENGINE=InnoDB";
  }

  /**
   * Which generation may write, with a share lock on the row until the transaction ends. Allowed on
   * a server that is read-only, with no privilege but SELECT.
   *
   * @param connection a session of the application
   * @return the generation; empty if there is no row, or if it changed while the transaction ran
   * @throws SQLException if the server does not answer, or the account may not ask
   */
  public OptionalLong shared(Connection connection) throws SQLException {
    try {
      return look(connection, "SELECT generation FROM " + table + where + " LOCK IN SHARE MODE");
    } catch (SQLException e) {
      if (hasChanged(e)) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  /**
   * Whether a statement failed because a row has changed since its transaction's snapshot; the
   * server has rolled the transaction back then.
   *
   * @param failure what it threw
   * @return true if one has; of a statement on this table alone, another generation may write by
   *     now
   */
  public static boolean hasChanged(SQLException failure) {
    return failure.getErrorCode() == CHANGED_SINCE;
  }

  /**
   * The end of a statement that selects from the row of one generation alone, with a share lock.
   *
   * @param generation which one
   * @return from the word FROM on
   */
  public String sharedBy(long generation) {
    return "FROM " + table + where + " AND generation = " + generation + " LOCK IN SHARE MODE";
  }

  /**
   * What an account of the application lacks; it takes the lock that commits will need. That there
   * is no table says nothing against it: the director creates it, or says why not.
   *
   * @param connection a session of the application; a transaction of it ends
   * @param account its name, quoted
   * @return the statement that grants it; empty if nothing is missing
   * @throws SQLException if the server does not answer
   */
  public String missingForReader(Connection connection, String account) throws SQLException {
    try {
      OptionalLong unused = shared(connection);
    } catch (SQLException e) {
      if (PRIVILEGED.contains(e.getErrorCode())) {
        return "";
      }
      if (!DENIED.equals(e.getSQLState())) {
        throw e;
      }
      return "GRANT SELECT ON %s TO %s".formatted(table, account)
          + " (and before MySQL 8.0.22 LOCK TABLES on its database)";
    }
    if (!connection.getAutoCommit()) {
      connection.rollback();
    }
    return "";
  }

  /**
   * Which generation may write, without any lock.
   *
   * @param connection a session
   * @return the generation; empty if there is no row, or no table
   * @throws SQLException if the server does not answer, or the account may not ask
   */
  public OptionalLong read(Connection connection) throws SQLException {
    try {
      return look(connection, "SELECT generation FROM " + table + where);
    } catch (SQLException e) {
      if (e.getErrorCode() == NO_SUCH_TABLE) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  private static OptionalLong look(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
    }
  }

  /**
   * Lets a generation write and no other; never one that is older than what the row says. Creates
   * the row, and the table, where they are missing. Waits for transactions that share the row, a
   * second at most.
   *
   * @param connection a session of the manager, which may write
   * @param generation the agreed one
   * @throws SQLException if the row does not say so afterwards
   */
  public void mark(Connection connection, long generation) throws SQLException {
    Sql.execute(connection, "SET SESSION innodb_lock_wait_timeout = 1");
    OptionalLong found = read(connection);
    if (found.isEmpty()) {
      create(connection, generation);
    } else if (found.getAsLong() < generation) {
      Sql.execute(
          connection,
          "UPDATE %1$s SET generation = %2$d%3$s AND generation < %2$d"
              .formatted(table, generation, where));
    }
    OptionalLong now = read(connection);
    if (now.isEmpty() || now.getAsLong() != generation) {
      throw new SQLException(
          ("%s says that generation %s may write, and %d is agreed: nobody may write then. If the members"
                  + " lost what they had agreed on, and nobody else uses that row, run: DELETE FROM %1$s%4$s")
              .formatted(table, now.isEmpty() ? "none" : now.getAsLong(), generation, where));
    }
  }

  private void create(Connection connection, long generation) throws SQLException {
    String insert =
        "INSERT INTO %s (name, generation) VALUES (%s, %d)".formatted(table, row, generation);
    try {
      Sql.execute(connection, insert);
    } catch (SQLException e) {
      if (e.getErrorCode() != NO_SUCH_TABLE) {
        throw e;
      }
      createTable(connection);
      Sql.execute(connection, insert);
    }
  }

  private void createTable(Connection connection) throws SQLException {
    try {
      Sql.execute(connection, creation());
    } catch (SQLException e) {
      throw new SQLException(
          "there is no table %s, and the manager's account could not create it (%s). Run on one master: %s"
              .formatted(table, e.getMessage(), creation()),
          e.getSQLState(),
          e.getErrorCode(),
          e);
    }
  }

  /**
   * Whether a {@link #mark} failed because transactions share the row, and stay.
   *
   * @param failure what it threw
   * @return true if it waited in vain
   */
  public static boolean isHeldUp(SQLException failure) {
    return failure.getErrorCode() == LOCK_WAIT_TIMEOUT;
  }

  /**
   * What the manager's account lacks.
   *
   * @param connection a session of the manager
   * @param account its name, quoted
   * @return the statement that grants it; empty if nothing is missing
   * @throws SQLException if the server does not answer
   */
  public String missingGrants(Connection connection, String account) throws SQLException {
    Grants grants = Grants.parse(Sql.values(connection, "SHOW GRANTS"));
    List<String> missing = NEEDED.stream().filter(it -> !grants.hasOn(it, table)).toList();
    return missing.isEmpty()
        ? ""
        : "GRANT CREATE, %s ON %s TO %s".formatted(String.join(", ", NEEDED), table, account);
  }
}

package io.understudy.jdbc.internal.witness;

import io.understudy.ha.spi.WitnessRow;
import io.understudy.ha.spi.WitnessRow.Holder;
import io.understudy.ha.spi.WitnessRow.Register;
import io.understudy.ha.spi.WitnessRow.RosterMark;
import io.understudy.ha.spi.WitnessStore;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the one server of a witness. Every statement commits by itself: a client that
 * freezes between two of them holds no lock that others would wait for.
 */
public final class JdbcSession implements WitnessStore.Session {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcSession.class);
  private static final String COLUMNS =
      "role_name, life, version, roster_epoch, roster_version, roster_stamp, epoch, voted_member, voted_life,"
          + " promised_member, promised_life, register_epoch, register_seq, register_value, server";

  /** Notes of members stand among the roles, under names that no role has. */
  private static final String MEMBER = "@";

  private static final int FIRST_COLUMN = 2;

  private final Connection connection;
  private final WitnessDialect dialect;
  private final WitnessStore.Owner owner;
  private final String table;
  private final String server;
  private final long connectionId;
  private List<String> warnings = List.of();

  private JdbcSession(Connection connection, WitnessStore.Owner owner, String table, Duration limit)
      throws SQLException {
    this.connection = connection;
    this.owner = owner;
    this.table = table;
    connection.setNetworkTimeout(Runnable::run, Math.toIntExact(limit.toMillis()));
    connection.setReadOnly(false);
    connection.setAutoCommit(true);
    this.dialect = WitnessDialect.of(connection);
    dialect.prepare(connection, limit);
    this.server = dialect.identity(connection);
    this.connectionId = connectionIdNow();
  }

  /**
   * Checks the server, creates the table if it may, and leaves the owner's note.
   *
   * @throws IOException if this server cannot be the witness; the connection is closed then
   */
  public static JdbcSession open(
      Connection connection,
      WitnessStore.Owner owner,
      String table,
      boolean createsTable,
      Duration limit)
      throws IOException {
    try {
      String url = connection.getMetaData().getURL();
      String fault = url == null ? "" : WitnessUrl.faultOf(url).orElse("");
      if (!fault.isEmpty()) {
        throw new SQLException(fault);
      }
      JdbcSession session = new JdbcSession(connection, owner, table, limit);
      session.begin(createsTable);
      return session;
    } catch (SQLException e) {
      closeQuietly(connection);
      throw failed("could not be opened", e);
    } catch (IOException | RuntimeException e) {
      closeQuietly(connection);
      throw e;
    }
  }

  private void begin(boolean createsTable) throws SQLException, IOException {
    try {
      readRows();
    } catch (SQLException e) {
      boolean noTable = "42S02".equals(e.getSQLState()) || "42P01".equals(e.getSQLState());
      if (!noTable || !createsTable) {
        throw e;
      }
      LOG.info("creates table {} for the witness of cluster {}", table, owner.cluster());
      try (Statement statement = connection.createStatement()) {
        statement.execute(dialect.ddl(table));
      }
      readRows();
    }
    warnings = dialect.warnings(connection, table);
    leaveNote();
  }

  private void leaveNote() throws SQLException {
    String update = "UPDATE " + table + " SET life = ? WHERE cluster_name = ? AND role_name = ?";
    try (PreparedStatement statement = connection.prepareStatement(update)) {
      statement.setLong(1, owner.incarnation());
      statement.setString(2, owner.cluster());
      statement.setString(3, MEMBER + owner.member());
      if (statement.executeUpdate() > 0) {
        return;
      }
    }
    Register nothing = new Register(0, 0, new byte[0]);
    insert(
        new WitnessRow(
            MEMBER + owner.member(),
            owner.incarnation(),
            0,
            new RosterMark(0, 0, 0),
            0,
            null,
            null,
            nothing));
  }

  @Override
  public WitnessStore.Content read() throws IOException {
    try {
      WitnessStore.Content content = readRows();
      Long noted = content.sessions().get(owner.member());
      if (noted == null || noted != owner.incarnation()) {
        // Somebody deleted all, or an earlier life's note came late from a slow server. Without
        // notes of most members no row is made anew.
        leaveNote();
      }
      return content;
    } catch (SQLException e) {
      throw failed("could not be read", e);
    }
  }

  /** One row at least: the connection's id, whether there is anything or not. */
  private WitnessStore.Content readRows() throws SQLException, IOException {
    String query =
        "SELECT "
            + dialect.connectionId()
            + ", "
            + COLUMNS
            + " FROM (SELECT 1 AS one) AS probe LEFT JOIN "
            + table
            + " ON cluster_name = ?";
    List<WitnessRow> rows = new ArrayList<>();
    Map<String, Long> sessions = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, owner.cluster());
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          requireSameConnection(result.getLong(1));
          String role = result.getString(FIRST_COLUMN);
          if (role != null) {
            requireSameServer(result.getString("server"));
            if (role.startsWith(MEMBER)) {
              sessions.put(role.substring(MEMBER.length()), result.getLong("life"));
            } else {
              rows.add(row(role, result));
            }
          }
        }
      }
    }
    return new WitnessStore.Content(rows, sessions);
  }

  private long connectionIdNow() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT " + dialect.connectionId())) {
      result.next();
      return result.getLong(1);
    }
  }

  private void requireSameConnection(long id) throws IOException {
    if (id != connectionId) {
      throw new IOException(
          "the connection to the witness' database was exchanged under the session (was "
              + connectionId
              + ", is "
              + id
              + "): a pooling proxy or the driver's own failover; connect to the server directly");
    }
  }

  private void requireSameServer(@Nullable String writer) throws IOException {
    if (!server.equals(writer)) {
      throw new IOException(
          "table "
              + table
              + " was written by the server '"
              + writer
              + "', but this is '"
              + server
              + "': rows that were copied, restored or replicated are no votes. If the witness moved"
              + " here for good, DELETE FROM "
              + table
              + " WHERE cluster_name = '"
              + owner.cluster()
              + "' on both servers; a leader creates the rows again");
    }
  }

  private static WitnessRow row(String role, ResultSet result) throws SQLException {
    return new WitnessRow(
        role,
        result.getLong("life"),
        result.getLong("version"),
        new RosterMark(
            result.getLong("roster_epoch"),
            result.getLong("roster_version"),
            result.getLong("roster_stamp")),
        result.getLong("epoch"),
        holder(result.getString("voted_member"), result.getLong("voted_life")),
        holder(result.getString("promised_member"), result.getLong("promised_life")),
        new Register(
            result.getLong("register_epoch"),
            result.getLong("register_seq"),
            result.getBytes("register_value")));
  }

  private static @Nullable Holder holder(@Nullable String member, long life) {
    return member == null ? null : new Holder(member, life);
  }

  @Override
  public boolean create(WitnessRow row) throws IOException {
    try {
      insert(row);
      return true;
    } catch (SQLException e) {
      if (e.getSQLState() != null && e.getSQLState().startsWith("23")) {
        return false;
      }
      throw failed("has an unknown outcome of creating a row", e);
    }
  }

  private void insert(WitnessRow row) throws SQLException {
    String insert =
        "INSERT INTO "
            + table
            + " (cluster_name, "
            + COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setString(1, owner.cluster());
      statement.setString(2, row.role());
      statement.setLong(3, row.life());
      setVote(statement, 4, row);
      statement.setString(16, server);
      statement.executeUpdate();
    }
  }

  @Override
  public boolean replace(WitnessRow before, WitnessRow after) throws IOException {
    String update =
        "UPDATE "
            + table
            + " SET version = ?, roster_epoch = ?, roster_version = ?, roster_stamp = ?, epoch = ?,"
            + " voted_member = ?, voted_life = ?,"
            + " promised_member = ?, promised_life = ?, register_epoch = ?, register_seq = ?,"
            + " register_value = ? WHERE cluster_name = ? AND role_name = ? AND life = ? AND version"
            + " = ?";
    try (PreparedStatement statement = connection.prepareStatement(update)) {
      setVote(statement, 1, after);
      statement.setString(13, owner.cluster());
      statement.setString(14, before.role());
      statement.setLong(15, before.life());
      statement.setLong(16, before.version());
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      throw failed("has an unknown outcome of a vote", e);
    }
  }

  private static void setVote(PreparedStatement statement, int first, WitnessRow row)
      throws SQLException {
    statement.setLong(first, row.version());
    statement.setLong(first + 1, row.roster().epoch());
    statement.setLong(first + 2, row.roster().version());
    statement.setLong(first + 3, row.roster().stamp());
    statement.setLong(first + 4, row.epoch());
    setHolder(statement, first + 5, row.votedFor());
    setHolder(statement, first + 7, row.promisedTo());
    statement.setLong(first + 9, row.register().epoch());
    statement.setLong(first + 10, row.register().seq());
    statement.setBytes(first + 11, row.register().value());
  }

  private static void setHolder(PreparedStatement statement, int index, @Nullable Holder holder)
      throws SQLException {
    if (holder == null) {
      statement.setNull(index, Types.VARCHAR);
      statement.setNull(index + 1, Types.BIGINT);
    } else {
      statement.setString(index, holder.member());
      statement.setLong(index + 1, holder.incarnation());
    }
  }

  @Override
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public void close() {
    closeQuietly(connection);
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("the connection to the witness' database did not close in good order", e);
    }
  }

  private static IOException failed(String what, SQLException e) {
    return new IOException(
        "the witness' database "
            + what
            + ": "
            + e.getMessage()
            + " (SQLState "
            + e.getSQLState()
            + ")",
        e);
  }
}

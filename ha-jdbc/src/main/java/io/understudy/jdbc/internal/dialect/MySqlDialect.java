package io.understudy.jdbc.internal.dialect;

import io.understudy.jdbc.internal.routing.IdSeries;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.ServerFacts.Fetching;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.ServerFacts.Replication;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** MySQL 8.0.22 and later. */
final class MySqlDialect implements Dialect {
  private static final String FACTS =
      """
      SELECT @@global.server_id AS id, @@server_uuid AS source, @@global.gtid_mode AS gtid,
        @@global.auto_increment_increment AS step, @@global.auto_increment_offset AS start,
        @@session.auto_increment_increment AS own_step, @@session.auto_increment_offset AS own_start,
        @@global.read_only AS read_only, @@global.super_read_only AS closed,
        REPLACE(@@global.gtid_executed, '\\n', '') AS position""";

  /** Both are the time of the query by the server's clock, so their difference is its start. */
  private static final String LIFE =
      """
      SELECT @@server_uuid AS identity, UNIX_TIMESTAMP() - VARIABLE_VALUE AS begun,
        @@global.innodb_flush_log_at_trx_commit = 1 AND @@global.sync_binlog = 1 AS durable
      FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Uptime'""";

  private static final String COMMITTED = "SELECT @@global.gtid_executed";

  /** Who writes, or holds LOCK TABLES ... WRITE; nobody if performance_schema is off. */
  private static final ServerFence.Means FENCE =
      new ServerFence.Means(
          "SET GLOBAL super_read_only = ON",
          """
          SELECT t.processlist_id AS id FROM performance_schema.metadata_locks l
          JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
          WHERE l.object_type IN ('GLOBAL', 'COMMIT') AND l.lock_status = 'GRANTED'
            AND l.lock_type = 'INTENTION_EXCLUSIVE'""",
          COMMITTED);

  /** A temporary table, or the new one of an ALTER, gives the space back when it has failed. */
  private static final String TABLES_FULL =
      """
      SELECT UNIX_TIMESTAMP(logged) AS logged, LEFT(data, 120) AS text
      FROM performance_schema.error_log
      WHERE logged > NOW(6) - INTERVAL 5 SECOND AND subsystem = 'InnoDB'
        AND data LIKE '%Operating system error number 28%'
        AND data NOT LIKE '%#innodb_temp%' AND data NOT LIKE '%#sql%'""";

  private static final String LOG_FULL =
      """
      SELECT LEFT(data, 120) FROM performance_schema.error_log
      WHERE error_code = 'MY-000035' AND logged > NOW(6) - INTERVAL %d SECOND""";

  private static final List<String> PASSING =
      List.of("SUPER", "CONNECTION_ADMIN", "SYSTEM_VARIABLES_ADMIN", "SYSTEM_USER");

  private static final List<String> NEEDED =
      List.of(
          "SYSTEM_VARIABLES_ADMIN",
          "CONNECTION_ADMIN",
          "REPLICATION_SLAVE_ADMIN",
          "XA_RECOVER_ADMIN",
          "REPLICATION CLIENT",
          "PROCESS");

  private final String version;

  MySqlDialect(String version) {
    this.version = version;
  }

  /** Roles count also while they are not active: SET ROLE takes them at any time. */
  @Override
  public List<String> passingFence(Connection connection) throws SQLException {
    List<String> lines = new ArrayList<>(Sql.values(connection, "SHOW GRANTS"));
    String roles = String.join(", ", Grants.parse(lines).roles());
    if (!roles.isEmpty()) {
      lines.addAll(Sql.values(connection, "SHOW GRANTS FOR CURRENT_USER() USING " + roles));
    }
    return Grants.parse(lines).among(PASSING);
  }

  @Override
  public String missingGrants(Connection connection) throws SQLException {
    Grants grants = Grants.parse(Sql.values(connection, "SHOW GRANTS"));
    boolean sees = grants.has("SELECT", "performance_schema");
    return Grants.statements(
        account(connection),
        NEEDED.stream().filter(it -> !grants.has(it)).toList(),
        sees ? List.of() : List.of("SELECT ON performance_schema"));
  }

  /** In that mode everybody who is no administrator is turned away: nobody could use the writer. */
  @Override
  public String unfit(Connection connection) throws SQLException {
    return Sql.value(connection, "SELECT @@global.offline_mode").equals("0")
        ? ""
        : "it is in offline_mode, which turns the application away: SET GLOBAL offline_mode = OFF";
  }

  @Override
  public ServerLife life(Connection connection) throws SQLException {
    Map<String, String> row = Sql.row(connection, LIFE);
    return new ServerLife(
        Sql.text(row, "identity"), 0, begun(row), Sql.text(row, "durable").equals("1"));
  }

  /** The difference of a number and a text has decimals in one version and none in another. */
  static long begun(Map<String, String> row) throws SQLException {
    return Math.round(Double.parseDouble(Sql.text(row, "begun")));
  }

  @Override
  public ServerFacts facts(Connection connection) throws SQLException {
    Map<String, String> row = Sql.row(connection, FACTS);
    return new ServerFacts(
        version,
        new IdSeries(
            Sql.number(row, "id"), (int) Sql.number(row, "step"), (int) Sql.number(row, "start")),
        (int) Sql.number(row, "own_step"),
        (int) Sql.number(row, "own_start"),
        Sql.text(row, "source"),
        Sql.text(row, "gtid").equals("ON"),
        mode(Sql.text(row, "read_only"), Sql.text(row, "closed")),
        Sql.text(row, "position"),
        replication(Sql.row(connection, "SHOW REPLICA STATUS"), "replica", "source"));
  }

  static Mode mode(String readOnly, String closed) {
    if (!closed.equals("0")) {
      return Mode.CLOSED;
    }
    return readOnly.equals("0") ? Mode.OPEN : Mode.READ_ONLY;
  }

  /** Reads SHOW REPLICA STATUS of either product by the words that it uses. */
  static Replication replication(Map<String, String> row, String receiver, String sender) {
    if (row.isEmpty()) {
      return Replication.NONE;
    }
    Fetching fetching =
        switch (row.getOrDefault(receiver + "_io_running", "No").toLowerCase(Locale.ROOT)) {
          case "yes" -> Fetching.RECEIVING;
          case "no" -> Fetching.STOPPED;
          default -> Fetching.CONNECTING; // "Connecting", "Preparing"
        };
    String lag = row.getOrDefault("seconds_behind_" + sender, "");
    return new Replication(
        true,
        fetching,
        row.getOrDefault(receiver + "_sql_running", "No").equalsIgnoreCase("yes"),
        lag.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(lag)),
        (row.getOrDefault("last_io_error", "") + " " + row.getOrDefault("last_sql_error", ""))
            .strip());
  }

  @Override
  public Gap gap(Connection connection, String position) throws SQLException {
    String missing = "GTID_SUBTRACT(" + Sql.literal(position) + ", @@global.gtid_executed)";
    Map<String, String> row =
        Sql.row(connection, "SELECT " + missing + " AS missing, @@server_uuid AS own");
    String set = Sql.text(row, "missing").replaceAll("\\s", "");
    return new Gap(GtidSet.count(set), set, GtidSet.count(set, Sql.text(row, "own")));
  }

  /**
   * It says so once for all that wait for the binary log, when they begin to, and again after ten
   * minutes. With performance_schema off it keeps that to its log file.
   */
  @Override
  public String toldOfFullLog(Connection connection, Duration hanging) throws SQLException {
    long seconds = hanging.plusMinutes(1).toSeconds();
    List<String> told = Sql.values(connection, LOG_FULL.formatted(seconds));
    return told.isEmpty() ? "" : oneLine(told.get(told.size() - 1));
  }

  /** It says so each time that one finds no space. */
  @Override
  public Optional<LogLine> toldOfFullTables(Connection connection) throws SQLException {
    List<Map<String, String>> told = Sql.rows(connection, TABLES_FULL);
    if (told.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> last = told.get(told.size() - 1);
    return Optional.of(new LogLine(Sql.text(last, "logged"), oneLine(Sql.text(last, "text"))));
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  @Override
  public String committed(Connection connection) throws SQLException {
    return Sql.value(connection, COMMITTED);
  }

  @Override
  public FenceReport fence(Connection connection, Duration limit, Set<String> silenced)
      throws SQLException {
    FenceReport report = new ServerFence(connection, FENCE, limit, silenced).close();
    if (!Sql.value(connection, "SELECT @@global.super_read_only").equals("1")) {
      throw new SQLException("super_read_only was set to ON and is not");
    }
    return report;
  }

  @Override
  public List<String> preparedPassingFence(Connection connection) throws SQLException {
    return Sql.rows(connection, "XA RECOVER").stream().map(it -> it.get("data")).toList();
  }

  /** What stays on keeps out whoever has no CONNECTION_ADMIN. */
  @Override
  public void admitManager(Connection connection) throws SQLException {
    Sql.execute(connection, "SET GLOBAL super_read_only = OFF");
  }

  @Override
  public void open(Connection connection) throws SQLException {
    Sql.execute(connection, "SET GLOBAL read_only = OFF"); // takes super_read_only with it
    if (!Sql.value(connection, "SELECT @@global.read_only OR @@global.super_read_only")
        .equals("0")) {
      throw new SQLException("read_only was set to OFF and is not");
    }
  }

  @Override
  public String stopFetching(Connection connection) throws SQLException {
    if (Sql.row(connection, "SHOW REPLICA STATUS").isEmpty()) {
      return "";
    }
    Sql.execute(connection, "STOP REPLICA IO_THREAD");
    Sql.execute(connection, "START REPLICA SQL_THREAD");
    return Sql.row(connection, "SHOW REPLICA STATUS")
        .getOrDefault("retrieved_gtid_set", "")
        .replaceAll("\\s", "");
  }

  @Override
  public boolean awaitApplied(Connection connection, String position, Duration bound)
      throws SQLException {
    String call =
        "SELECT WAIT_FOR_EXECUTED_GTID_SET("
            + Sql.literal(position)
            + ", "
            + Math.max(1, bound.toSeconds())
            + ")";
    return position.isEmpty() || Sql.value(connection, call).equals("0");
  }

  /**
   * A source that was killed may leave half a transaction behind. STOP REPLICA waits a minute for
   * the other half, which never comes, so then only the fetching is stopped here.
   */
  @Override
  public boolean stopReplication(Connection connection) throws SQLException {
    Map<String, String> status = Sql.row(connection, "SHOW REPLICA STATUS");
    boolean whole = status.isEmpty() || read(status).equals(executed(status));
    if (!status.isEmpty()) {
      Sql.execute(connection, whole ? "STOP REPLICA" : "STOP REPLICA IO_THREAD");
    }
    return whole;
  }

  private static List<String> read(Map<String, String> status) throws SQLException {
    return List.of(Sql.text(status, "source_log_file"), Sql.text(status, "read_source_log_pos"));
  }

  private static List<String> executed(Map<String, String> status) throws SQLException {
    return List.of(
        Sql.text(status, "relay_source_log_file"), Sql.text(status, "exec_source_log_pos"));
  }

  @Override
  public void giveUpHalf(Connection connection) throws SQLException {
    Replication now = facts(connection).replication();
    if (now.fetching() == Fetching.STOPPED && now.applying()) {
      Sql.execute(connection, "STOP REPLICA SQL_THREAD");
    }
  }

  @Override
  public void startReplication(Connection connection) throws SQLException {
    Sql.execute(connection, "START REPLICA");
  }
}

package io.understudy.jdbc.internal.dialect;

import io.understudy.jdbc.internal.routing.IdSeries;
import io.understudy.jdbc.internal.routing.ServerFacts;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** MariaDB 10.6 and later. */
final class MariaDbDialect implements Dialect {
  private static final String FACTS =
      """
      SELECT @@global.server_id AS id, @@global.gtid_domain_id AS source,
        @@global.auto_increment_increment AS step, @@global.auto_increment_offset AS start,
        @@session.auto_increment_increment AS own_step, @@session.auto_increment_offset AS own_start,
        @@global.read_only AS read_only, @@global.gtid_binlog_state AS written,
        @@global.gtid_slave_pos AS applied""";

  private static final String POSITION =
      """
      SELECT @@global.server_id AS id, @@global.gtid_domain_id AS source,
        @@global.gtid_binlog_state AS written, @@global.gtid_slave_pos AS applied""";

  /** Both are the time of the query by the server's clock, so their difference is its start. */
  private static final String LIFE =
      """
      SELECT @@global.server_id AS id, @@global.gtid_domain_id AS source,
        @@global.gtid_binlog_state AS written, UNIX_TIMESTAMP() - VARIABLE_VALUE AS begun,
        @@global.innodb_flush_log_at_trx_commit = 1 AND @@global.sync_binlog = 1 AS durable
      FROM information_schema.global_status WHERE VARIABLE_NAME = 'UPTIME'""";

  private static final String COMMITTED = "SELECT @@global.gtid_binlog_state";

  /** The server cannot tell who holds locks, unless somebody has installed a plugin. */
  private static final ServerFence.Means FENCE =
      new ServerFence.Means(
          "SET GLOBAL read_only = ON", "SELECT 0 AS id FROM DUAL WHERE FALSE", COMMITTED);

  private static final List<String> PASSING =
      List.of("SUPER", "CONNECTION ADMIN", "READ_ONLY ADMIN");

  private static final List<String> NEEDED =
      List.of(
          "READ_ONLY ADMIN",
          "CONNECTION ADMIN",
          "REPLICATION SLAVE ADMIN",
          "REPLICATION MASTER ADMIN",
          "SLAVE MONITOR",
          "PROCESS");

  private final String version;

  MariaDbDialect(String version) {
    this.version = version;
  }

  /** Roles count also while they are not set; only who sets one is shown what it grants. */
  @Override
  public List<String> passingFence(Connection connection) throws SQLException {
    List<String> lines = new ArrayList<>(Sql.values(connection, "SHOW GRANTS"));
    Set<String> roles = Grants.parse(lines).roles();
    if (!roles.isEmpty()) {
      String before = Sql.value(connection, "SELECT CURRENT_ROLE()");
      for (String role : roles) {
        Sql.execute(connection, "SET ROLE " + role);
        lines.addAll(Sql.values(connection, "SHOW GRANTS"));
      }
      Sql.execute(connection, "SET ROLE " + (before.isEmpty() ? "NONE" : "`" + before + "`"));
    }
    return Grants.parse(lines).among(PASSING);
  }

  @Override
  public String missingGrants(Connection connection) throws SQLException {
    Grants grants = Grants.parse(Sql.values(connection, "SHOW GRANTS"));
    return Grants.statements(
        account(connection), NEEDED.stream().filter(it -> !grants.has(it)).toList(), List.of());
  }

  @Override
  public String unfit(Connection connection) {
    return "";
  }

  /** It has no identity of its own: one that was set up anew has an empty log, or a shorter one. */
  @Override
  public ServerLife life(Connection connection) throws SQLException {
    Map<String, String> row = Sql.row(connection, LIFE);
    String own = own(row);
    long written = MariaDbPosition.parse(Sql.text(row, "written")).highest().getOrDefault(own, 0L);
    return new ServerLife(
        own, written, MySqlDialect.begun(row), Sql.text(row, "durable").equals("1"));
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
        true,
        mode(Sql.text(row, "read_only")),
        position(row).toString(),
        MySqlDialect.replication(Sql.row(connection, "SHOW SLAVE STATUS"), "slave", "master"));
  }

  /** Before 12.0 a number, since then a word, with modes that are stricter than ON. */
  static Mode mode(String readOnly) {
    return readOnly.equals("0") || readOnly.equalsIgnoreCase("OFF") ? Mode.OPEN : Mode.CLOSED;
  }

  @Override
  public Gap gap(Connection connection, String position) throws SQLException {
    Map<String, String> row = Sql.row(connection, POSITION);
    MariaDbPosition other = MariaDbPosition.parse(position);
    MariaDbPosition here = position(row);
    return new Gap(here.lacking(other), here.missing(other), here.lacking(other.of(own(row))));
  }

  private static MariaDbPosition position(Map<String, String> row) throws SQLException {
    return MariaDbPosition.ofServer(Sql.text(row, "written"), Sql.text(row, "applied"), own(row));
  }

  private static String own(Map<String, String> row) throws SQLException {
    return Sql.text(row, "source") + "-" + Sql.text(row, "id");
  }

  @Override
  public String committed(Connection connection) throws SQLException {
    return Sql.value(connection, COMMITTED);
  }

  @Override
  public FenceReport fence(Connection connection, Duration limit, Set<String> silenced)
      throws SQLException {
    FenceReport report = new ServerFence(connection, FENCE, limit, silenced).close();
    verify(connection, Mode.CLOSED);
    return report;
  }

  /** Here XA COMMIT is refused as any other commit is. */
  @Override
  public List<String> preparedPassingFence(Connection connection) {
    return List.of();
  }

  /** It may write already: its account has READ_ONLY ADMIN. */
  @Override
  public void admitManager(Connection connection) {}

  @Override
  public void open(Connection connection) throws SQLException {
    Sql.execute(connection, "SET GLOBAL read_only = OFF");
    verify(connection, Mode.OPEN);
  }

  private static void verify(Connection connection, Mode wanted) throws SQLException {
    String found = Sql.value(connection, "SELECT @@global.read_only");
    if (mode(found) != wanted) {
      throw new SQLException("read_only is '" + found + "' after it was set to be " + wanted);
    }
  }

  @Override
  public String stopFetching(Connection connection) throws SQLException {
    if (Sql.row(connection, "SHOW SLAVE STATUS").isEmpty()) {
      return "";
    }
    Sql.execute(connection, "STOP SLAVE IO_THREAD");
    Sql.execute(connection, "START SLAVE SQL_THREAD");
    return Sql.row(connection, "SHOW SLAVE STATUS").getOrDefault("gtid_io_pos", "");
  }

  /**
   * The server's own wait knows what was replicated, and of its own domain nothing. Of that the
   * server must have everything by now: replication does not bring a server its own transactions.
   */
  @Override
  public boolean awaitApplied(Connection connection, String position, Duration bound)
      throws SQLException {
    String own = Sql.value(connection, "SELECT @@global.gtid_domain_id");
    String others = MariaDbPosition.parse(position).withoutDomain(own);
    String call =
        "SELECT MASTER_GTID_WAIT("
            + Sql.literal(others)
            + ", "
            + Math.max(1, bound.toSeconds())
            + ")";
    boolean applied = others.isEmpty() || Sql.value(connection, call).equals("0");
    return applied && lackingOfDomain(connection, position, own) == 0;
  }

  private static long lackingOfDomain(Connection connection, String position, String domain)
      throws SQLException {
    Map<String, String> row = Sql.row(connection, POSITION);
    return position(row).lacking(MariaDbPosition.parse(position).ofDomain(domain));
  }

  @Override
  public boolean stopReplication(Connection connection) throws SQLException {
    if (!Sql.row(connection, "SHOW SLAVE STATUS").isEmpty()) {
      Sql.execute(connection, "STOP SLAVE");
    }
    return true;
  }

  /** Here the applier gives it up as soon as it is stopped. */
  @Override
  public void giveUpHalf(Connection connection) {}

  @Override
  public void startReplication(Connection connection) throws SQLException {
    Sql.execute(connection, "START SLAVE");
  }
}

package io.understudy.samples.dbpair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One server of a {@link DatabasePair}: a real process, which may be killed, frozen and restarted.
 *
 * <p>Safe for use by several threads. What is done to a server while another thread restarts it
 * hits the new process.
 */
public final class DatabaseServer {
  /** Generous, because a cold page cache and a busy machine have been seen to take 56 s. */
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

  private static final Duration SQL_TIMEOUT = Duration.ofMinutes(1);
  private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(20);

  private final Product product;
  private final Installation installation;
  private final ServerSettings settings;
  private final ServerHome home;

  private @Nullable ServerProcess process; // guarded by this
  private boolean closed; // guarded by this

  DatabaseServer(
      Product product, Installation installation, ServerSettings settings, ServerHome home) {
    this.product = product;
    this.installation = installation;
    this.settings = settings;
    this.home = home;
  }

  /** {@code db-01} or {@code db-02}. */
  public String name() {
    return settings.name();
  }

  /** The TCP port on 127.0.0.1, the same after a restart. */
  public int port() {
    return settings.port();
  }

  /** The replication server id: 1 or 2. */
  public int serverId() {
    return settings.serverId();
  }

  /** The id of the current process, or of the last one if the server was killed. */
  public long pid() {
    return current().pid();
  }

  /** The file that the server writes its messages to, of all its lives. */
  public Path errorLog() {
    return home.errorLog();
  }

  /** A JDBC URL without a database, for accounts that may use none. It has no parameters. */
  public String jdbcUrl() {
    return jdbcUrl("");
  }

  /** A JDBC URL for the database, for instance {@code appdb}. It has no parameters. */
  public String jdbcUrl(String database) {
    return product.jdbcPrefix() + port() + "/" + database;
  }

  /**
   * Opens a connection for arranging and checking things in a test: outside {@code appdb} for
   * {@link Account#MANAGER} and {@link Account#REPLICATION}, inside for the others. It gives up
   * after 60 s without an answer.
   */
  public Connection connect(Account account) throws SQLException {
    boolean seesAppdb = account == Account.APP || account == Account.ADMIN;
    return Sql.connect(jdbcUrl(seesAppdb ? "appdb" : ""), account, SQL_TIMEOUT);
  }

  /** True if the process exists, frozen or not. */
  public boolean isRunning() {
    return current().isAlive();
  }

  /** {@code kill -9}: returns when the process is gone. A dead server stays dead. */
  public void kill9() {
    current().kill();
  }

  /** SIGSTOP: the server freezes, while the kernel goes on accepting connections for it. */
  public void pause() {
    current().pause();
  }

  /** SIGCONT: the frozen server goes on. Harmless if it is not frozen. */
  public void resume() {
    current().signal("CONT");
  }

  /**
   * Starts the server again after {@link #kill9}, on the same port and data, and waits until it
   * answers. It fetches from the other server again, unless told otherwise.
   *
   * @throws IllegalStateException if the server is running
   * @throws DatabasePairException if it does not answer within 120 s
   */
  public void restart(StartOption... options) {
    if (isRunning()) {
      throw new IllegalStateException(
          "%s (process %d) is running: kill it before you restart it".formatted(name(), pid()));
    }
    Set<StartOption> wanted = EnumSet.noneOf(StartOption.class);
    wanted.addAll(List.of(options));
    launch(wanted.contains(StartOption.READ_ONLY) ? List.of(product.readOnlyOption()) : List.of());
    awaitReady();
    if (!wanted.contains(StartOption.REPLICATION_STOPPED)) {
      asAdmin(connection -> Sql.execute(connection, product.startReplication()));
    }
  }

  /** The first start, on a fresh data directory: creates the accounts and {@code appdb}. */
  void launchFirst() {
    try {
      Files.write(home.initFile(), firstStatements());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + home.initFile(), e);
    }
    launch(List.of("--init-file=" + home.initFile()));
  }

  /** Kept out of the binary log: both servers do the same, and neither must replicate it. */
  private List<String> firstStatements() {
    List<String> statements = new ArrayList<>();
    statements.add("SET sql_log_bin = 0");
    statements.add("CREATE DATABASE appdb");
    statements.add("CREATE DATABASE db_pair");
    statements.add("CREATE TABLE db_pair.proof (origin INT PRIMARY KEY)");
    statements.addAll(product.users());
    return statements.stream().map(statement -> statement + ";").toList();
  }

  private synchronized void launch(List<String> firstOptions) {
    if (closed) {
      throw new IllegalStateException(name() + " belongs to a closed pair");
    }
    List<String> command = new ArrayList<>(installation.command());
    command.addAll(product.commonOptions(installation.server(), home.data()));
    command.addAll(servingOptions());
    command.addAll(product.options(installation.server(), settings));
    command.addAll(firstOptions);
    command.addAll(settings.extraOptions());
    process = ServerProcess.start(installation, command, home.errorLog());
  }

  private List<String> servingOptions() {
    return List.of(
        "--bind-address=127.0.0.1",
        "--port=" + settings.port(),
        "--socket=server.sock", // relative to the data directory, whose path may be too long
        "--pid-file=server.pid",
        "--skip-name-resolve",
        "--max-connections=200",
        "--table-open-cache=200",
        "--table-definition-cache=400",
        "--server-id=" + settings.serverId(),
        "--log-bin=binlog",
        "--binlog-format=ROW",
        "--sync-binlog=0",
        "--relay-log=relay",
        "--auto-increment-increment=" + settings.increment(),
        "--auto-increment-offset=" + settings.offset());
  }

  /** Waits until the server lets the administrator in. */
  void awaitReady() {
    ServerProcess starting = current();
    long start = System.nanoTime();
    while (!answers()) {
      boolean late = System.nanoTime() - start > START_TIMEOUT.toNanos();
      if (late || starting.awaitEnd(POLL)) {
        throw new DatabasePairException(startFailure(starting, System.nanoTime() - start));
      }
    }
  }

  private String startFailure(ServerProcess failed, long nanos) {
    return "%s (%s) did not let %s in on 127.0.0.1:%d after %.1f s: %s"
        .formatted(
            name(), product.key(), Account.ADMIN.user(), port(), nanos / 1e9, failed.report());
  }

  private boolean answers() {
    try (Connection connection = Sql.connect(jdbcUrl(), Account.ADMIN, LOGIN_TIMEOUT)) {
      return connection.isValid(5);
    } catch (SQLException e) {
      return false; // not yet; the error log tells why, if it never does
    }
  }

  /** Fetches from the other server from now on. */
  void replicateFrom(DatabaseServer source) {
    asAdmin(
        connection ->
            Sql.execute(
                connection, product.replicateFrom(source.port()), product.startReplication()));
  }

  void refuseWrites() {
    asAdmin(connection -> Sql.execute(connection, product.readOnlyStatement()));
  }

  /** Writes a row that the other server must get; returns this server's position after it. */
  String writeProof() {
    return askAdmin(
        connection -> {
          Sql.execute(connection, "REPLACE INTO db_pair.proof VALUES (%d)".formatted(serverId()));
          return product.position(connection);
        });
  }

  boolean hasProofOf(DatabaseServer other) {
    String query = "SELECT COUNT(*) FROM db_pair.proof WHERE origin = " + other.serverId();
    return askAdmin(connection -> Sql.number(connection, query)) == 1;
  }

  String position() {
    return askAdmin(product::position);
  }

  boolean awaitPosition(String position, int seconds) {
    return position.isEmpty()
        || askAdmin(
            SQL_TIMEOUT.plusSeconds(seconds),
            connection -> product.awaitPosition(connection, position, seconds));
  }

  String replicationSummary() {
    return askAdmin(product::replicationSummary);
  }

  /** Work on a connection. */
  @FunctionalInterface
  private interface SqlAction {
    void run(Connection connection) throws SQLException;
  }

  /** A question to a connection. */
  @FunctionalInterface
  private interface SqlQuestion<T> {
    T ask(Connection connection) throws SQLException;
  }

  private void asAdmin(SqlAction action) {
    askAdmin(
        connection -> {
          action.run(connection);
          return true;
        });
  }

  private <T> T askAdmin(SqlQuestion<T> question) {
    return askAdmin(SQL_TIMEOUT, question);
  }

  private <T> T askAdmin(Duration timeout, SqlQuestion<T> question) {
    try (Connection connection = Sql.connect(jdbcUrl(), Account.ADMIN, timeout)) {
      return question.ask(connection);
    } catch (SQLException e) {
      throw new DatabasePairException(
          "%s on 127.0.0.1:%d (process %d) did not do as told: %s"
              .formatted(name(), port(), pid(), e.getMessage()),
          e);
    }
  }

  private synchronized ServerProcess current() {
    if (process == null) {
      throw new IllegalStateException(name() + " was never started");
    }
    return process;
  }

  /** Ends the process, if there is one, for good. */
  synchronized void close() {
    closed = true;
    if (process != null) {
      process.kill();
    }
  }

  @Override
  public String toString() {
    return name() + " (" + product.key() + ") at " + jdbcUrl();
  }
}

package io.understudy.jdbc;

import io.understudy.ha.spi.WitnessStore;
import io.understudy.jdbc.internal.witness.JdbcSession;
import io.understudy.jdbc.internal.witness.WitnessDialect;
import io.understudy.jdbc.internal.witness.WitnessUrl;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A witness in a MySQL, MariaDB or PostgreSQL database: a row for each role in one table, changed
 * by compare-and-set. Threadsafe.
 *
 * <pre>{@code
 * HaNode.builder()
 *     .roster("n1,n2,w1:witness")
 *     .witnessStore("w1", JdbcWitness.of("jdbc:mysql://db-03:3306/ha", "ha", password))
 * }</pre>
 *
 * <p>Give every member the same database, on one server that no member depends on otherwise: not
 * one of the masters that an {@link HaDataSource} manages. The server's clock does not matter. Its
 * commits must be durable ({@code innodb_flush_log_at_trx_commit=1}, {@code sync_binlog=1}, {@code
 * fsync=on}); what is not so shows in the status as a warning. After the database was restored from
 * a backup or moved to another server, delete the cluster's rows: a leader creates them again once
 * it holds a quorum without them. A copy of the rows on another server is refused.
 *
 * <p>The account needs SELECT, INSERT and UPDATE on the table, and CREATE for its first start
 * unless {@link #withoutCreatingTable()}. The load is one small read per member and one update per
 * role in each heartbeat interval, on one connection per member.
 */
public final class JdbcWitness implements WitnessStore {
  /** The table's name unless another is given. */
  public static final String DEFAULT_TABLE = "ha_witness";

  private static final Pattern TABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");

  /** So many attempts to connect may hang before no more are begun. */
  private static final int MAX_ATTEMPTS = 4;

  private final Source source;
  private final String table;
  private final boolean createsTable;
  private final Semaphore attempts = new Semaphore(MAX_ATTEMPTS);

  /** Where connections come from. */
  private interface Source {
    Connection connect(Duration limit) throws SQLException;
  }

  private JdbcWitness(Source source, String table, boolean createsTable) {
    this.source = source;
    this.table = table;
    this.createsTable = createsTable;
  }

  /**
   * A witness at a URL.
   *
   * @param url names one server; the driver must be on the class path
   * @param user the account
   * @param password its password
   * @return the witness; nothing is connected yet
   * @throws IllegalArgumentException if the URL is of another product, names several servers, or
   *     lets the driver move between servers
   */
  public static JdbcWitness of(String url, String user, String password) {
    WitnessUrl.faultOf(url)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException(fault);
            });
    return new JdbcWitness(
        limit -> DriverManager.getConnection(url, properties(url, user, password, limit)),
        DEFAULT_TABLE,
        true);
  }

  /**
   * A witness behind a DataSource.
   *
   * @param dataSource of one server, with connect and socket time-outs of its own of at most a
   *     lease; one connection of it is kept as long as the node runs
   * @return the witness; nothing is connected yet
   */
  public static JdbcWitness of(DataSource dataSource) {
    return new JdbcWitness(limit -> dataSource.getConnection(), DEFAULT_TABLE, true);
  }

  /**
   * Uses another table than {@link #DEFAULT_TABLE}.
   *
   * @param name 1 to 63 letters, digits and underscores, in the connection's default schema
   * @return a witness with that table
   * @throws IllegalArgumentException if the name has another form
   */
  public JdbcWitness table(String name) {
    if (!TABLE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "table '" + name + "' is not 1 to 63 letters, digits and underscores");
    }
    return new JdbcWitness(source, name, createsTable);
  }

  /**
   * Never creates the table; default: creates it if it is missing. {@link #ddl} says how.
   *
   * @return a witness that leaves that to others
   */
  public JdbcWitness withoutCreatingTable() {
    return new JdbcWitness(source, table, false);
  }

  /**
   * The statements that create the table, for those who do so themselves.
   *
   * @param product {@code mysql}, {@code mariadb} or {@code postgresql}
   * @return the statement
   * @throws IllegalArgumentException for another product
   */
  public String ddl(String product) {
    return switch (product) {
      case "mysql" -> WitnessDialect.MYSQL.ddl(table);
      case "mariadb" -> WitnessDialect.MARIADB.ddl(table);
      case "postgresql" -> WitnessDialect.POSTGRESQL.ddl(table);
      default ->
          throw new IllegalArgumentException(
              "product '" + product + "' is none of " + List.of("mysql", "mariadb", "postgresql"));
    };
  }

  @Override
  public Session open(Owner owner, Duration limit) throws IOException {
    return JdbcSession.open(connect(limit), owner, table, createsTable, limit);
  }

  /** With a time limit, whatever the driver does: a frozen server accepts and says nothing. */
  private Connection connect(Duration limit) throws IOException {
    if (!attempts.tryAcquire()) {
      throw new IOException(
          MAX_ATTEMPTS
              + " attempts to connect to the witness' database still hang; give the DataSource"
              + " connect and socket time-outs of at most a lease");
    }
    CompletableFuture<Connection> attempt = new CompletableFuture<>();
    Thread thread = new Thread(() -> connect(limit, attempt), "understudy-witness-connect");
    thread.setDaemon(true);
    thread.start();
    try {
      return attempt.get(2 * limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      abandon(attempt);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting to the witness' database", e);
    } catch (TimeoutException e) {
      abandon(attempt);
      throw new IOException(
          "no connection to the witness' database within " + 2 * limit.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException("no connection to the witness' database: " + cause.getMessage(), cause);
    }
  }

  private void connect(Duration limit, CompletableFuture<Connection> attempt) {
    @Nullable Connection connection = null;
    try {
      connection = source.connect(limit);
    } catch (SQLException | RuntimeException | LinkageError e) {
      attempt.completeExceptionally(e);
    } finally {
      attempts.release();
    }
    if (connection != null && !attempt.complete(connection)) {
      closeQuietly(connection);
    }
  }

  private static void abandon(CompletableFuture<Connection> attempt) {
    if (!attempt.cancel(false) && !attempt.isCompletedExceptionally()) {
      closeQuietly(attempt.join());
    }
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // Nobody has used it.
    }
  }

  /** Time limits in each driver's own words. */
  private static Properties properties(String url, String user, String password, Duration limit) {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    if (url.startsWith("jdbc:postgresql:")) {
      String seconds = Long.toString(Math.max(1, limit.toSeconds()));
      properties.setProperty("connectTimeout", seconds);
      properties.setProperty("loginTimeout", seconds);
      properties.setProperty("socketTimeout", seconds);
    } else {
      String millis = Long.toString(limit.toMillis());
      properties.setProperty("connectTimeout", millis);
      properties.setProperty("socketTimeout", millis);
    }
    return properties;
  }
}

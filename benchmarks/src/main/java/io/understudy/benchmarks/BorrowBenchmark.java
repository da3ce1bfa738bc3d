package io.understudy.benchmarks;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.understudy.jdbc.HaDataSource;
import io.understudy.jdbc.HaDataSourceBuilder;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.MariaDbDataSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Borrowing a connection and giving it back: through the data source that follows the agreed
 * writer, beside the plain pool below it. A real pair of MariaDB servers and a real node; HikariCP
 * does not ask the server on each borrow, so what differs is the routing.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class BorrowBenchmark {
  /** Two servers, a pool for each, and the data source over both. */
  @State(Scope.Benchmark)
  public static class Database {
    private final List<HikariDataSource> pools = new ArrayList<>();
    private @Nullable SingleNode single;
    private @Nullable DatabasePair pair;
    @Nullable HaDataSource routed;
    @Nullable DataSource plain;

    /**
     * Starts the servers and waits for the agreed writer.
     *
     * @throws Exception if a server or the node does not start
     */
    @Setup
    public void start() throws Exception {
      SingleNode node = new SingleNode();
      single = node;
      DatabasePair servers =
          DatabasePair.builder(Flavor.MARIADB)
              .directory(node.directory().resolve("db"))
              .startReadOnly()
              .start();
      pair = servers;
      HaDataSourceBuilder builder =
          HaDataSource.builder().node(node.node()).borrowTimeout(Duration.ofSeconds(20));
      for (DatabaseServer server : servers.servers()) {
        HikariDataSource pool = pool(server);
        pools.add(pool);
        builder.master(server.name(), pool, manager(server));
      }
      HaDataSource source = builder.build();
      routed = source;
      try (Connection connection = source.getConnection()) {
        String writer = connection.getMetaData().getURL();
        plain =
            pools.stream()
                .filter(pool -> writer.contains(":" + pool.getPoolName() + "/"))
                .findFirst()
                .orElseThrow();
      }
    }

    private static HikariDataSource pool(DatabaseServer server) {
      HikariConfig config = new HikariConfig();
      config.setPoolName(Integer.toString(server.port()));
      config.setJdbcUrl(server.jdbcUrl("appdb") + "?connectTimeout=1000&socketTimeout=3000");
      config.setUsername(Account.APP.user());
      config.setPassword(Account.APP.password());
      config.setMaximumPoolSize(4);
      return new HikariDataSource(config);
    }

    private static DataSource manager(DatabaseServer server) throws SQLException {
      MariaDbDataSource source =
          new MariaDbDataSource(server.jdbcUrl() + "?connectTimeout=1000&socketTimeout=3000");
      source.setUser(Account.MANAGER.user());
      source.setPassword(Account.MANAGER.password());
      return source;
    }

    /**
     * Stops everything.
     *
     * @throws Exception if something cannot be removed
     */
    @TearDown
    public void stop() throws Exception {
      requireNonNull(routed).close();
      pools.forEach(HikariDataSource::close);
      requireNonNull(pair).close();
      requireNonNull(single).close();
    }
  }

  /**
   * The pool alone.
   *
   * @param database the data sources
   * @return whether the connection is open
   * @throws SQLException never
   */
  @Benchmark
  public boolean plainPool(Database database) throws SQLException {
    try (Connection connection = requireNonNull(database.plain).getConnection()) {
      return connection.isClosed();
    }
  }

  /**
   * The agreed writer.
   *
   * @param database the data sources
   * @return whether the connection is open
   * @throws SQLException never
   */
  @Benchmark
  public boolean agreedWriter(Database database) throws SQLException {
    try (Connection connection = requireNonNull(database.routed).getConnection()) {
      return connection.isClosed();
    }
  }
}

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/**
 * Borrowing a connection and giving it back: through the data source that follows the agreed
 * writer, beside the plain pool below it, Spring's routing over the same pools, and a pool of
 * connections of the AWS wrapper without any plugin. A real pair of MariaDB servers and a real
 * node; HikariCP does not ask the server on each borrow, so what differs is the routing. Run it
 * with {@code -prof gc} to see what each borrow allocates.
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
    private static final String LIMITS = "connectTimeout=1000&socketTimeout=3000";

    private final List<HikariDataSource> pools = new ArrayList<>();
    private @Nullable SingleNode single;
    private @Nullable DatabasePair pair;
    @Nullable HaDataSource routed;
    @Nullable DataSource plain;
    @Nullable DataSource spring;
    @Nullable DataSource aws;

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
          configured(
              HaDataSource.builder().node(node.node()).borrowTimeout(Duration.ofSeconds(20)));
      Map<Object, Object> byName = new HashMap<>();
      for (DatabaseServer server : servers.servers()) {
        HikariDataSource pool = pool(server, server.jdbcUrl("appdb") + "?" + LIMITS);
        builder.master(server.name(), pool, manager(server));
        byName.put(server.name(), pool);
      }
      HaDataSource source = builder.build();
      routed = source;
      try (Connection connection = source.getConnection()) {
        String url = connection.getMetaData().getURL();
        plain =
            pools.stream()
                .filter(pool -> url.contains(":" + pool.getPoolName() + "/"))
                .findFirst()
                .orElseThrow();
      }
      DatabaseServer writer =
          servers.servers().stream()
              .filter(it -> byName.get(it.name()) == plain)
              .findFirst()
              .orElseThrow();
      spring = routing(byName, writer.name());
      aws =
          pool(
              writer,
              writer.jdbcUrl("appdb").replace("jdbc:", "jdbc:aws-wrapper:")
                  + "?wrapperPlugins=&"
                  + LIMITS);
    }

    /**
     * What is special about the data source.
     *
     * @param builder the builder
     * @return the same
     */
    HaDataSourceBuilder configured(HaDataSourceBuilder builder) {
      return builder;
    }

    private static DataSource routing(Map<Object, Object> pools, String writer) {
      AbstractRoutingDataSource routing =
          new AbstractRoutingDataSource() {
            @Override
            protected Object determineCurrentLookupKey() {
              return writer;
            }
          };
      routing.setTargetDataSources(pools);
      routing.afterPropertiesSet();
      return routing;
    }

    private HikariDataSource pool(DatabaseServer server, String url) {
      HikariConfig config = new HikariConfig();
      config.setPoolName(Integer.toString(server.port()));
      config.setJdbcUrl(url);
      config.setUsername(Account.APP.user());
      config.setPassword(Account.APP.password());
      config.setMaximumPoolSize(4);
      HikariDataSource pool = new HikariDataSource(config);
      pools.add(pool);
      return pool;
    }

    private static DataSource manager(DatabaseServer server) throws SQLException {
      MariaDbDataSource source = new MariaDbDataSource(server.jdbcUrl() + "?" + LIMITS);
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

  /**
   * Spring's routing over the same pools, with a key that costs nothing.
   *
   * @param database the data sources
   * @return whether the connection is open
   * @throws SQLException never
   */
  @Benchmark
  public boolean springRouting(Database database) throws SQLException {
    try (Connection connection = requireNonNull(database.spring).getConnection()) {
      return connection.isClosed();
    }
  }

  /**
   * A pool of the AWS wrapper's connections, without a plugin.
   *
   * @param database the data sources
   * @return whether the connection is open
   * @throws SQLException never
   */
  @Benchmark
  public boolean awsPassThrough(Database database) throws SQLException {
    try (Connection connection = requireNonNull(database.aws).getConnection()) {
      return connection.isClosed();
    }
  }
}

package io.understudy.jdbc.internal.connection;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/**
 * Both servers of a shared pair with a pool each, and a lending whose route a test sets by hand.
 */
final class GuardedSite implements AutoCloseable {
  /** How a commit goes. */
  interface Commit {
    void on(Connection connection) throws SQLException;
  }

  static final Duration HOUR = Duration.ofHours(1);
  private static final Executor HELPERS = task -> new Thread(task, "test-helper").start();

  final HandRegister register = new HandRegister();
  final DatabasePair pair;
  final HikariDataSource first;
  final HikariDataSource second;
  final Lending lending;

  /** Done in place of sending a commit to the server. */
  final AtomicReference<Commit> commit = new AtomicReference<>(Connection::commit);

  /** Done between the server's answer to a commit and the look at it. */
  final AtomicReference<Runnable> afterCommit = new AtomicReference<>(() -> {});

  GuardedSite(Flavor flavor, String urlOptions) {
    this(SharedPairs.of(flavor), urlOptions);
  }

  /** With servers of its own, which it may harm. */
  GuardedSite(DatabasePair pair, String urlOptions) {
    this.pair = pair;
    first = pool(pair.a(), urlOptions);
    second = pool(pair.b(), urlOptions);
    Router router =
        new Router("n1", register, Map.of(HandRegister.WRITER, committing(first), "db-02", second));
    lending =
        new Lending(router, Duration.ofMillis(300), Duration.ofMillis(300), HELPERS, "test-watch");
  }

  GuardedSite started() {
    lending.start();
    serve(1, HandRegister.WRITER);
    return this;
  }

  void serve(long generation, String writer) {
    register.commit(HandRegister.serving(generation, writer));
    register.permit(HOUR);
    lending.wake();
  }

  private static HikariDataSource pool(DatabaseServer server, String urlOptions) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(server.jdbcUrl("appdb") + urlOptions);
    config.setUsername(Account.APP.user());
    config.setPassword(Account.APP.password());
    config.addDataSourceProperty("socketTimeout", "20000");
    config.setCatalog("appdb"); // HikariCP sets back only the catalog that it was told
    config.setMaximumPoolSize(4);
    config.setMinimumIdle(0);
    return new HikariDataSource(config);
  }

  private DataSource committing(DataSource pool) {
    return (DataSource) wrap(DataSource.class, pool);
  }

  private Object wrap(Class<?> type, Object target) {
    return Proxy.newProxyInstance(
        getClass().getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, args) -> {
          try {
            if (method.getName().equals("commit")) {
              commit.get().on((Connection) target);
              afterCommit.get().run();
              return null;
            }
            Object answer = method.invoke(target, args);
            return method.getName().equals("getConnection")
                ? wrap(Connection.class, answer)
                : answer;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  /** What changes data goes to the other server too, or replication would end at the next row. */
  static void admin(DatabaseServer server, String... statements) throws SQLException {
    try (Connection admin = server.connect(Account.ADMIN);
        Statement statement = admin.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The server's number of a session. */
  static long session(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet id = statement.executeQuery("SELECT CONNECTION_ID()")) {
      id.next();
      return id.getLong(1);
    }
  }

  /** The table of commit tokens, on both servers. */
  static void createTokens(DatabasePair pair) throws SQLException {
    admin(
        pair.a(),
        "CREATE TABLE appdb.ha_commits (member VARCHAR(64) NOT NULL, life BIGINT NOT NULL,"
            + " slot INT NOT NULL, seq BIGINT NOT NULL, generation BIGINT NOT NULL,"
            + " written TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP"
            + " ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (member, life, slot, generation)) ENGINE=InnoDB");
    pair.awaitReplicated(Duration.ofSeconds(30));
  }

  static long count(DatabaseServer server, String table) throws SQLException {
    try (Connection app = server.connect(Account.APP);
        Statement statement = app.createStatement();
        ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
      count.next();
      return count.getLong(1);
    }
  }

  @Override
  public void close() throws SQLException {
    lending.stop();
    first.close();
    second.close();
    for (DatabaseServer server : pair.servers()) {
      admin(server, "SET GLOBAL read_only = OFF");
    }
  }
}

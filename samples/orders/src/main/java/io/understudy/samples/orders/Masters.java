package io.understudy.samples.orders;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import io.understudy.ha.HaNode;
import io.understudy.jdbc.HaDataSource;
import io.understudy.jdbc.HaDataSourceBuilder;
import io.understudy.samples.node.ArgumentException;
import io.understudy.samples.orders.OrderArguments.Login;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The ways to the masters: a pool for each, and a way for the manager. */
final class Masters implements AutoCloseable {
  private static final String CONNECT_MILLIS = "1000";

  /** Ends the wait for a frozen server; nothing else does with every driver. */
  private static final String ANSWER_MILLIS = "3000";

  /** The director bounds its own waits, and may have to wait for a replica. */
  private static final String MANAGER_ANSWER_MILLIS = "20000";

  /** A killed server is often back within it, and says what it did not commit. */
  private static final Duration RESOLVE_WAIT = Duration.ofSeconds(10);

  private static final long BORROW_MILLIS = 250;
  private static final String AUTHORIZATION_REFUSED = "28";
  private static final int NO_SUCH_DATABASE = 1049;
  private static final int NO_RIGHT_TO_DATABASE = 1044;

  private final OrderArguments arguments;
  private final List<HikariDataSource> pools = new ArrayList<>();

  Masters(OrderArguments arguments) {
    this.arguments = arguments;
  }

  /**
   * Refuses accounts that a server refuses. A server that does not answer says nothing against
   * them.
   */
  void checkAccounts() throws ArgumentException {
    for (MasterUrl master : arguments.masters()) {
      check(master.name(), master.url(), arguments.application(), OrderOption.USER);
      check(master.name(), master.serverUrl(), arguments.manager(), OrderOption.MANAGER_USER);
    }
  }

  private static void check(String master, String url, Login login, OrderOption option)
      throws ArgumentException {
    Properties properties = limits(CONNECT_MILLIS);
    properties.setProperty("user", login.user());
    properties.setProperty("password", login.password());
    try (Connection connection = DriverManager.getConnection(url, properties)) {
      connection.getAutoCommit(); // it is there, which is all that was asked
    } catch (SQLException e) {
      if (isRefusal(e)) {
        throw new ArgumentException(
            "%s refuses %s %s (%s); give the right name and password, and the right database"
                .formatted(master, option, login.user(), e.getMessage()));
      }
    }
  }

  private static boolean isRefusal(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith(AUTHORIZATION_REFUSED)
        || e.getErrorCode() == NO_SUCH_DATABASE
        || e.getErrorCode() == NO_RIGHT_TO_DATABASE;
  }

  /** Makes the pools, and the data source over them. */
  HaDataSource open(HaNode node) {
    HaDataSourceBuilder builder = HaDataSource.builder().node(node).name(arguments.name());
    arguments.probeInterval().ifPresent(builder::probeInterval);
    arguments.probeTimeout().ifPresent(builder::probeTimeout);
    arguments.epochs().ifPresent(builder::guardWrites);
    builder.minimumWriterTime(arguments.minimumWriterTime().orElse(Duration.ZERO));
    arguments.tokens().ifPresent(table -> builder.resolveCommits(table, RESOLVE_WAIT));
    for (MasterUrl master : arguments.masters()) {
      HikariDataSource pool = pool(master);
      pools.add(pool);
      Login manager = arguments.manager();
      builder.master(
          master.name(),
          pool,
          new DriverDataSource(
              master.serverUrl(),
              null,
              limits(MANAGER_ANSWER_MILLIS),
              manager.user(),
              manager.password()));
    }
    return builder.build();
  }

  private HikariDataSource pool(MasterUrl master) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(master.name());
    config.setJdbcUrl(master.url());
    config.setUsername(arguments.application().user());
    config.setPassword(arguments.application().password());
    config.setMaximumPoolSize(arguments.clients() + 1);
    config.setConnectionTimeout(BORROW_MILLIS);
    config.setValidationTimeout(BORROW_MILLIS);
    config.setInitializationFailTimeout(-1); // start without the server
    config.setDataSourceProperties(limits(ANSWER_MILLIS));
    return new HikariDataSource(config);
  }

  private static Properties limits(String answerMillis) {
    Properties limits = new Properties();
    limits.setProperty("connectTimeout", CONNECT_MILLIS);
    limits.setProperty("socketTimeout", answerMillis);
    return limits;
  }

  @Override
  public void close() {
    pools.forEach(HikariDataSource::close);
  }
}

package io.understudy.samples.gameday.shop;

import com.mysql.cj.jdbc.MysqlDataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.understudy.samples.gameday.shop.ShopSettings.Database;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * One pool for each master. Their time limits are short: a customer is waiting, and another
 * application, or another master, can serve.
 */
final class Pools implements AutoCloseable {
  /** Both, because a frozen server still accepts connections. In milliseconds. */
  private static final String LIMITS = "?connectTimeout=500&socketTimeout=2000";

  private static final int CONNECTIONS = 8;
  private static final long BORROW_MILLIS = 250;

  private final List<Database> masters;
  private final List<HikariDataSource> pools = new ArrayList<>();

  Pools(List<Database> masters) {
    this.masters = List.copyOf(masters);
    this.masters.forEach(master -> pools.add(poolOf(master)));
  }

  private static HikariDataSource poolOf(Database master) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(master.name());
    config.setJdbcUrl(master.url() + LIMITS);
    config.setUsername(master.user());
    config.setPassword(master.password());
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(2);
    config.setConnectionTimeout(BORROW_MILLIS);
    config.setValidationTimeout(BORROW_MILLIS);
    config.setInitializationFailTimeout(-1); // start without the server
    return new HikariDataSource(config);
  }

  DataSource of(Database master) {
    return pools.get(masters.indexOf(master));
  }

  /** Connections for the director: straight from the driver, never out of a pool. */
  static DataSource managerOf(Database master) {
    String url = master.managerUrl() + LIMITS;
    try {
      if (url.startsWith("jdbc:mariadb:")) {
        MariaDbDataSource source = new MariaDbDataSource(url);
        source.setUser(master.manager());
        source.setPassword(master.managerPassword());
        return source;
      }
      MysqlDataSource source = new MysqlDataSource();
      source.setUrl(url);
      source.setUser(master.manager());
      source.setPassword(master.managerPassword());
      return source;
    } catch (SQLException e) {
      throw new IllegalArgumentException("the driver does not understand " + url, e);
    }
  }

  @Override
  public void close() {
    pools.forEach(HikariDataSource::close);
  }
}

package io.understudy.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabaseServer;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;

/** The pools that users bring, each with its own defaults but for limits. */
public enum TestPool {
  HIKARI {
    @Override
    public DataSource open(DatabaseServer server) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(server.jdbcUrl("appdb"));
      config.setUsername(Account.APP.user());
      config.setPassword(Account.APP.password());
      config.setDataSourceProperties(limits());
      config.setConnectionTimeout(WAIT.toMillis());
      config.setInitializationFailTimeout(-1);
      config.setMaximumPoolSize(SIZE);
      config.setMinimumIdle(0);
      return new HikariDataSource(config);
    }
  },
  TOMCAT {
    @Override
    public DataSource open(DatabaseServer server) {
      PoolProperties config = new PoolProperties();
      config.setUrl(server.jdbcUrl("appdb"));
      config.setUsername(Account.APP.user());
      config.setPassword(Account.APP.password());
      config.setDbProperties(limits());
      config.setInitialSize(0);
      config.setMaxActive(SIZE);
      config.setMaxWait((int) WAIT.toMillis());
      return new org.apache.tomcat.jdbc.pool.DataSource(config);
    }
  },
  DBCP2 {
    @Override
    public DataSource open(DatabaseServer server) {
      BasicDataSource pool = new BasicDataSource();
      pool.setUrl(server.jdbcUrl("appdb"));
      pool.setUsername(Account.APP.user());
      pool.setPassword(Account.APP.password());
      limits().forEach((key, value) -> pool.addConnectionProperty((String) key, (String) value));
      pool.setMaxTotal(SIZE);
      pool.setMaxWait(WAIT);
      return pool;
    }
  },
  /** Every connection is a new one. */
  PLAIN {
    @Override
    public DataSource open(DatabaseServer server) {
      return new DriverDataSource(
          server.jdbcUrl("appdb"), null, limits(), Account.APP.user(), Account.APP.password());
    }
  };

  /** How many connections it may have. */
  public static final int SIZE = 3;

  static final Duration WAIT = Duration.ofMillis(250);

  /**
   * Opens it.
   *
   * @param server where its connections go
   * @return a pool; {@link #close} it
   */
  public abstract DataSource open(DatabaseServer server);

  static Properties limits() {
    Properties limits = new Properties();
    limits.setProperty("connectTimeout", "1000");
    limits.setProperty("socketTimeout", "3000");
    return limits;
  }

  /**
   * Closes what {@link #open} made.
   *
   * @param pool the pool
   * @throws Exception if it cannot be closed
   */
  public static void close(DataSource pool) throws Exception {
    if (pool instanceof org.apache.tomcat.jdbc.pool.DataSource tomcat) {
      tomcat.close(true);
    } else if (pool instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}

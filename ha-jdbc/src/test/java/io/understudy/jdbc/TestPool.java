package io.understudy.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabaseServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;

/** The pools that users bring, each with its own defaults but for limits. */
public enum TestPool {
  HIKARI {
    @Override
    public DataSource open(String url) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(url);
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
    public DataSource open(String url) {
      PoolProperties config = new PoolProperties();
      config.setUrl(url);
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
    public DataSource open(String url) {
      BasicDataSource pool = new BasicDataSource();
      pool.setUrl(url);
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
    public DataSource open(String url) {
      return new DriverDataSource(url, null, limits(), Account.APP.user(), Account.APP.password());
    }
  };

  /** How many connections it may have. */
  public static final int SIZE = 4;

  static final Duration WAIT = Duration.ofMillis(250);

  /**
   * Opens it.
   *
   * @param server where its connections go
   * @return a pool; {@link #close} it
   */
  public final DataSource open(DatabaseServer server) {
    return open(server.jdbcUrl("appdb"));
  }

  /**
   * Opens it.
   *
   * @param url where its connections go
   * @return a pool; {@link #close} it
   */
  public abstract DataSource open(String url);

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
   */
  public static void close(DataSource pool) {
    if (pool instanceof HikariDataSource hikari) {
      hikari.close();
    } else if (pool instanceof org.apache.tomcat.jdbc.pool.DataSource tomcat) {
      tomcat.close(true);
    } else if (pool instanceof BasicDataSource dbcp) {
      try {
        dbcp.close();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

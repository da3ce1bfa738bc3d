package io.understudy.spring;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.HaNode;
import io.understudy.jdbc.HaDataSource;
import io.understudy.jdbc.HaDataSourceBuilder;
import io.understudy.spring.HaDataSourceProperties.Master;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The pools of the masters. They are no beans of their own: an application that got hold of one
 * would write past the agreed writer, and Boot's health check would call it down when one master
 * is.
 */
final class MasterPools implements AutoCloseable {
  private static final Duration POOL_TIMEOUT = Duration.ofMillis(250);

  private final HaDataSourceProperties properties;
  private final List<HikariDataSource> pools = new ArrayList<>();

  MasterPools(HaDataSourceProperties properties) {
    this.properties = properties;
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < properties.masters().size(); i++) {
      faults.addAll(faults("datasource.masters[" + i + "].", properties.masters().get(i)));
    }
    if (!faults.isEmpty()) {
      throw new HaConfigurationException(faults);
    }
  }

  private static List<String> faults(String prefix, Master master) {
    List<String> faults = new ArrayList<>();
    require(faults, prefix + "name", master.name(), "a name such as db-01");
    require(faults, prefix + "url", master.url(), "the JDBC URL of this one server");
    require(faults, prefix + "username", master.username(), "the application's account");
    require(
        faults, prefix + "manager-username", master.managerUsername(), "the director's account");
    return faults;
  }

  private static void require(
      List<String> faults, String property, @Nullable String value, String wanted) {
    if (value == null || value.isBlank()) {
      faults.add(property + " is missing; give " + wanted);
    }
  }

  HaDataSource open(HaNode node) {
    HaDataSourceBuilder builder =
        HaDataSource.builder()
            .node(node)
            .name(properties.name())
            .borrowTimeout(properties.borrowTimeout());
    String tokens = properties.resolveCommits();
    if (tokens != null) {
      builder.resolveCommits(tokens, properties.resolveCommitsWait());
    }
    Duration maxLag = properties.readsWithoutQuorum();
    if (maxLag != null) {
      builder.readsWithoutQuorum(maxLag);
    }
    try {
      properties.masters().forEach(it -> builder.master(text(it.name()), pool(it), manager(it)));
      return builder.build();
    } catch (IllegalArgumentException refusal) {
      throw new HaConfigurationException("datasource: " + refusal.getMessage(), refusal);
    }
  }

  /** Starts without its server, and gives up on a dead one sooner than a borrower does. */
  private DataSource pool(Master master) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("ha-" + properties.name() + "-" + master.name());
    config.setJdbcUrl(master.url());
    config.setUsername(master.username());
    config.setPassword(master.password());
    config.setDataSourceProperties(limits(text(master.url())));
    config.setConnectionTimeout(POOL_TIMEOUT.toMillis());
    config.setInitializationFailTimeout(-1);
    config.setMaximumPoolSize(properties.maximumPoolSize());
    HikariDataSource pool = new HikariDataSource(config);
    pools.add(pool);
    return pool;
  }

  private DataSource manager(Master master) {
    String url = text(master.managerUrl() == null ? master.url() : master.managerUrl());
    DriverManagerDataSource source = new DriverManagerDataSource(url);
    source.setUsername(master.managerUsername());
    source.setPassword(master.managerPassword());
    source.setConnectionProperties(limits(url));
    return source;
  }

  /** Both drivers know these names, in milliseconds. What the URL says is left alone. */
  private Properties limits(String url) {
    Properties limits = new Properties();
    limit(limits, url, "connectTimeout", properties.connectTimeout());
    limit(limits, url, "socketTimeout", properties.socketTimeout());
    return limits;
  }

  private static void limit(Properties limits, String url, String name, Duration value) {
    if (!url.contains(name + "=")) {
      limits.setProperty(name, Long.toString(value.toMillis()));
    }
  }

  /** What the constructor has checked. */
  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  @Override
  public void close() {
    pools.forEach(HikariDataSource::close);
  }
}

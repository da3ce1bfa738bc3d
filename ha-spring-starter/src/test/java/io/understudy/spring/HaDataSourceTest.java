package io.understudy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.ha.HaConfigurationException;
import io.understudy.jdbc.HaDataSource;
import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

class HaDataSourceTest {
  @TempDir Path directory;

  private ApplicationContextRunner member() {
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                HaAutoConfiguration.class,
                HaDataSourceAutoConfiguration.class,
                HaHealthContributorAutoConfiguration.class,
                DataSourceAutoConfiguration.class,
                JdbcTemplateAutoConfiguration.class))
        .withPropertyValues(Site.of(1, directory).properties(1));
  }

  @Test
  void insertsThroughTheAgreedWriterOfRealMasters() throws SQLException {
    Optional<String> obstacle = DatabasePair.unsupportedReason();
    assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    try (DatabasePair pair = DatabasePair.builder(Flavor.MARIADB).start()) {
      createTable(pair);
      member()
          .withPropertyValues(masters(pair))
          .withPropertyValues("ha.datasource.borrow-timeout=30s")
          .withPropertyValues("ha.datasource.reads-without-quorum=10s")
          .run(
              context -> {
                assertThat(context).hasSingleBean(DataSource.class);
                assertThat(context.getBean(DataSource.class)).isInstanceOf(HaDataSource.class);
                JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                assertThat(jdbc.update("INSERT INTO orders (note) VALUES (?)", "tea")).isEqualTo(1);
                assertThat(jdbc.queryForObject("SELECT MIN(id) FROM orders", Long.class) % 2)
                    .isEqualTo(1);
                JdbcTemplate reads = new JdbcTemplate(context.getBean(HaDataSource.class).reader());
                assertThat(reads.queryForObject("SELECT note FROM orders", String.class))
                    .isEqualTo("tea");
                assertThatThrownBy(() -> reads.update("DELETE FROM orders"))
                    .isInstanceOf(DataAccessException.class);
                Health health = ((HealthIndicator) context.getBean("haHealthContributor")).health();
                assertThat(health.getDetails().get("writer"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsAllEntriesOf(
                        Map.of("writer", "db-01", "phase", "SERVING", "permitted", true));
              });
    }
  }

  private static void createTable(DatabasePair pair) throws SQLException {
    try (Connection app = pair.a().connect(Account.APP);
        Statement statement = app.createStatement()) {
      statement.execute(
          "CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(40))");
    }
    pair.awaitReplicated(Duration.ofSeconds(30));
  }

  private static String[] masters(DatabasePair pair) {
    List<String> properties = new ArrayList<>();
    int index = 0;
    for (DatabaseServer server : pair.servers()) {
      String prefix = "ha.datasource.masters[" + index++ + "].";
      properties.add(prefix + "name=db-0" + index);
      properties.add(prefix + "url=" + server.jdbcUrl("appdb"));
      properties.add(prefix + "username=" + Account.APP.user());
      properties.add(prefix + "password=" + Account.APP.password());
      properties.add(prefix + "manager-url=" + server.jdbcUrl());
      properties.add(prefix + "manager-username=" + Account.MANAGER.user());
      properties.add(prefix + "manager-password=" + Account.MANAGER.password());
    }
    return properties.toArray(String[]::new);
  }

  @Test
  void isNotThereWithoutMastersOrWithoutNode() {
    member()
        .withPropertyValues("spring.datasource.url=jdbc:mariadb://127.0.0.1:1/none")
        .run(context -> assertThat(context).doesNotHaveBean(HaDataSource.class));
    member()
        .withPropertyValues("spring.datasource.url=jdbc:mariadb://127.0.0.1:1/none")
        .withPropertyValues("ha.enabled=false", "ha.datasource.masters[0].name=db-01")
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(HaDataSource.class));
  }

  @Test
  void everyFaultOfTheMastersIsListed() {
    member()
        .withPropertyValues("ha.datasource.masters[0].name=db-01")
        .withPropertyValues("ha.datasource.masters[1].url=jdbc:mariadb://127.0.0.1:1/shop")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOf(HaConfigurationException.class)
                    .hasMessageContainingAll(
                        "datasource.masters[0].url is missing",
                        "datasource.masters[0].manager-username is missing",
                        "datasource.masters[1].name is missing"));
  }

  @Test
  void aSingleMasterIsRefusedAndItsPoolClosed() {
    member()
        .withPropertyValues(
            "ha.datasource.masters[0].name=db-01",
            "ha.datasource.masters[0].url=jdbc:mariadb://127.0.0.1:1/shop",
            "ha.datasource.masters[0].username=app",
            "ha.datasource.masters[0].manager-username=manager")
        .run(
            context -> {
              FailureAnalysis analysis =
                  new HaConfigurationFailureAnalyzer().analyze(context.getStartupFailure());
              assertThat(analysis.getDescription()).contains("at least 2 are wanted");
            });
  }

  @Test
  void commitsInDoubtAreResolvedAsTheBuilderAllows() {
    member()
        .withPropertyValues(
            "ha.datasource.masters[0].name=db-01",
            "ha.datasource.masters[0].url=jdbc:mariadb://127.0.0.1:1/shop",
            "ha.datasource.masters[0].username=app",
            "ha.datasource.masters[0].manager-username=manager",
            "ha.datasource.resolve-commits=nowhere",
            "ha.datasource.resolve-commits-wait=1ms")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageContainingAll(
                        "table of commit tokens 'nowhere'", "resolveCommits is PT0.001S"));
  }

  @Test
  void mastersWithoutPoolAreRefused() {
    member()
        .withClassLoader(new FilteredClassLoader("com.zaxxer.hikari"))
        .withPropertyValues("ha.datasource.masters[0].name=db-01")
        .run(
            context -> {
              FailureAnalysis analysis =
                  new HaStartFailureAnalyzer().analyze(context.getStartupFailure());
              assertThat(analysis.getDescription()).contains("HikariCP");
            });
  }
}

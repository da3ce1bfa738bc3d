package io.understudy.spring;

import com.zaxxer.hikari.HikariDataSource;
import io.understudy.ha.HaNode;
import io.understudy.jdbc.HaDataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * A primary {@link HaDataSource} over the masters of {@code ha.datasource.masters}, each behind a
 * HikariCP pool. Backs off from an {@link HaDataSource} bean of the application's own. Boot's own
 * data source backs off from this one.
 */
@AutoConfiguration(after = HaAutoConfiguration.class, before = DataSourceAutoConfiguration.class)
@Conditional(HaDataSourceAutoConfiguration.OnMasters.class)
@ConditionalOnBean(HaNode.class)
@ConditionalOnMissingBean(HaDataSource.class)
public final class HaDataSourceAutoConfiguration {
  HaDataSourceAutoConfiguration() {}

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HikariDataSource.class, DriverManagerDataSource.class})
  @EnableConfigurationProperties(HaDataSourceProperties.class)
  static class Pooled {
    @Bean(destroyMethod = "close")
    MasterPools haMasterPools(HaDataSourceProperties properties) {
      return new MasterPools(properties);
    }

    @Bean(destroyMethod = "close")
    @Primary
    HaDataSource haDataSource(HaNode node, MasterPools pools) {
      return pools.open(node);
    }
  }

  /** Masters without a pool would be passed over in silence. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass("com.zaxxer.hikari.HikariDataSource")
  static class Unpooled {
    @Bean
    HaDataSource haDataSource() {
      throw new HaStartException(
          "ha.datasource.masters are configured, but HikariCP is not on the class path.",
          "Add spring-boot-starter-jdbc, or define a bean of type HaDataSource.");
    }
  }

  static final class OnMasters extends SpringBootCondition {
    @Override
    public ConditionOutcome getMatchOutcome(
        ConditionContext context, AnnotatedTypeMetadata metadata) {
      boolean bound =
          Binder.get(context.getEnvironment())
              .bind("ha.datasource.masters", Bindable.listOf(HaDataSourceProperties.Master.class))
              .isBound();
      return new ConditionOutcome(
          bound, ConditionMessage.forCondition("ha.datasource.masters").because("bound: " + bound));
    }
  }
}

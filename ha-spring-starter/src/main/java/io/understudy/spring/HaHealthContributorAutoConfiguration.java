package io.understudy.spring;

import io.understudy.ha.HaNode;
import io.understudy.jdbc.HaDataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * The health contributor {@code ha}: UP while the member takes part and hears a quorum,
 * OUT_OF_SERVICE without a quorum, DOWN when it takes no part. {@code
 * management.health.ha.enabled=false} switches it off.
 */
@AutoConfiguration(after = {HaAutoConfiguration.class, HaDataSourceAutoConfiguration.class})
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(HaNode.class)
@ConditionalOnEnabledHealthIndicator("ha")
public final class HaHealthContributorAutoConfiguration {
  HaHealthContributorAutoConfiguration() {}

  @Bean
  @ConditionalOnMissingBean(name = {"haHealthIndicator", "haHealthContributor"})
  HealthContributor haHealthContributor(HaNode node, ObjectProvider<HaDataSource> dataSource) {
    return new HaHealthIndicator(node, dataSource::getIfAvailable);
  }
}

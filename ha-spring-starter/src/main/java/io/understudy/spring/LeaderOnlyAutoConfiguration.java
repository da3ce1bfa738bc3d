package io.understudy.spring;

import io.understudy.ha.HaNode;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * {@link LeaderOnly} methods. Here also when there is no node: then they never run, since nobody
 * can say that this application leads.
 */
@AutoConfiguration(after = HaAutoConfiguration.class)
public final class LeaderOnlyAutoConfiguration {
  LeaderOnlyAutoConfiguration() {}

  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  @ConditionalOnMissingBean
  static LeaderOnlyPostProcessor leaderOnlyPostProcessor(
      ObjectProvider<HaNode> node, ObjectProvider<RoleUses> uses) {
    return new LeaderOnlyPostProcessor(node, uses);
  }
}

package io.understudy.spring;

import io.understudy.ha.HaNode;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.spi.FenceHook;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/**
 * This application as a member of a cluster, from {@code ha.*}. Backs off from an {@link HaNode}
 * bean of the application's own, which then must be running; {@code ha.roles} are declared on it.
 *
 * <p>The node runs from the creation of its bean, for a data source may be needed while the
 * application starts, to its destruction, after the web server has stopped. The roles are held from
 * the end of the start to the beginning of the stop.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "ha.enabled", matchIfMissing = true)
@EnableConfigurationProperties(HaProperties.class)
public final class HaAutoConfiguration {
  HaAutoConfiguration() {}

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  HaNode haNode(HaProperties properties, ObjectProvider<FenceHook> fence) {
    return NodeStarter.start(properties, fence.getIfUnique());
  }

  @Bean
  RoleLifecycle haRoleLifecycle(
      HaNode node, HaProperties properties, ApplicationEventPublisher events) {
    return new RoleLifecycle(node, NodeStarter.roles(properties), events);
  }

  @Bean
  RoleUses haRoleUses(HaNode node, HaProperties properties) {
    return new RoleUses(
        NodeStarter.roles(properties).stream().map(RoleSpec::name).collect(Collectors.toSet()),
        node);
  }
}

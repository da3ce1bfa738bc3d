package io.understudy.spring;

import io.understudy.ha.HaNode;
import io.understudy.jdbc.HaDataSource;
import io.understudy.tomcat.Condition;
import io.understudy.tomcat.HaValve;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * The valve before the embedded Tomcat, if {@code ha.valve.enabled}. It sits in the engine, so that
 * {@code /ha/health} and {@code /ha/leader} do not move with the context path; a management port of
 * its own is not gated. Backs off from an {@link HaValve} bean of the application's own, which is
 * installed instead.
 */
@AutoConfiguration(after = {HaAutoConfiguration.class, HaDataSourceAutoConfiguration.class})
@ConditionalOnClass({Tomcat.class, TomcatServletWebServerFactory.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty("ha.valve.enabled")
@ConditionalOnBean(HaNode.class)
@EnableConfigurationProperties(HaValveProperties.class)
public final class HaValveAutoConfiguration {
  HaValveAutoConfiguration() {}

  @Bean
  @ConditionalOnMissingBean
  HaValve haValve(
      HaNode node,
      HaValveProperties properties,
      ObjectProvider<HaDataSource> dataSource,
      ObjectProvider<RoleUses> uses,
      Environment environment) {
    HaValve valve = new HaValve(node);
    valve.setRequireQuorum(properties.requireQuorum());
    valve.setRole(properties.role());
    if (!properties.role().isEmpty()) {
      uses.ifAvailable(it -> it.add(properties.role(), "ha.valve.role"));
    }
    if (properties.requireWriter()) {
      valve.addCondition(writer(dataSource.getIfAvailable()));
    }
    valve.setExcludedPaths(
        properties.exclude() == null
            ? actuatorPath(environment)
            : String.join(",", properties.exclude()));
    return valve;
  }

  private static Condition writer(@Nullable HaDataSource source) {
    if (source == null) {
      throw new HaStartException(
          "ha.valve.require-writer is true, but there is no HaDataSource, so no request would ever"
              + " pass.",
          "Name the masters in ha.datasource.masters, or remove ha.valve.require-writer.");
    }
    return Condition.of("writer", source::isWriterAvailable);
  }

  private static String actuatorPath(Environment environment) {
    return environment.getProperty("server.servlet.context-path", "")
        + environment.getProperty("management.endpoints.web.base-path", "/actuator");
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> haValveCustomizer(HaValve valve) {
    return factory -> factory.addEngineValves(valve);
  }
}

package io.understudy.spring;

import static org.springframework.boot.WebApplicationType.NONE;

import io.understudy.ha.HaNode;
import java.time.Duration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An application that {@link MinimalClassPathTest} runs in a class loader of its own. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class MinimalApplication {
  /**
   * Starts, waits until it leads, and ends.
   *
   * @param role a role
   * @param arguments the program's arguments
   * @return who leads the role
   */
  public static String leaderOf(String role, String... arguments) throws Exception {
    try (ConfigurableApplicationContext context =
        new SpringApplicationBuilder(MinimalApplication.class)
            .web(NONE)
            .registerShutdownHook(false)
            .run(arguments)) {
      HaNode node = context.getBean(HaNode.class);
      node.role(role).orElseThrow().awaitLeadership(Duration.ofSeconds(30));
      return node.member().value();
    }
  }
}

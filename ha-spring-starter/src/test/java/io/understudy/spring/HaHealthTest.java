package io.understudy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.ha.HaNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class HaHealthTest {
  @TempDir Path directory;

  private ApplicationContextRunner member(int roster) {
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                HaAutoConfiguration.class, HaHealthContributorAutoConfiguration.class))
        .withPropertyValues(Site.of(roster, directory).properties(1))
        .withPropertyValues("ha.roles[0].name=jobs");
  }

  @Test
  void memberWithQuorumIsUpAndTellsWhoLeads() {
    member(1)
        .run(
            context -> {
              HaNode node = context.getBean(HaNode.class);
              await().until(() -> node.role("jobs").orElseThrow().leader().isPresent());
              Health health = health(context);
              assertThat(health.getStatus()).isEqualTo(Status.UP);
              assertThat(health.getDetails())
                  .containsEntry("member", "n1")
                  .containsEntry("members", Map.of("n1", "reachable"))
                  .containsEntry(
                      "roles",
                      Map.of("jobs", Map.of("leading", true, "leader", "n1", "epoch", 1L)));
            });
  }

  @Test
  void memberWithoutQuorumIsOutOfService() {
    member(3)
        .run(
            context -> {
              Health health = health(context);
              assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
              assertThat(health.getDetails())
                  .containsEntry(
                      "members", Map.of("n1", "reachable", "n2", "silent", "n3", "silent"));
            });
  }

  @Test
  void canBeSwitchedOff() {
    member(1)
        .withPropertyValues("management.health.ha.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(HealthContributor.class));
  }

  @Test
  void isNotThereWithoutNode() {
    member(1)
        .withPropertyValues("ha.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(HealthContributor.class));
  }

  @Test
  void isNotThereWithoutBootsHealthModule() {
    member(1)
        .withClassLoader(new FilteredClassLoader(HealthContributor.class))
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("haHealthContributor"));
  }

  @Test
  void backsOffFromTheApplicationsOwn() {
    HealthIndicator own = () -> Health.up().build();
    member(1)
        .withBean("haHealthIndicator", HealthIndicator.class, () -> own)
        .run(context -> assertThat(context.getBean(HealthContributor.class)).isSameAs(own));
  }

  private static Health health(ApplicationContext context) {
    return ((HealthIndicator) context.getBean("haHealthContributor")).health();
  }
}

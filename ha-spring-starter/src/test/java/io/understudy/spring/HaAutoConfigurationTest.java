package io.understudy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.HaNode;
import io.understudy.ha.MemberId;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Secret;
import io.understudy.ha.spi.CommandFenceHook;
import io.understudy.ha.spi.FenceHook;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class HaAutoConfigurationTest {
  @TempDir Path directory;

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(HaAutoConfiguration.class));

  private ApplicationContextRunner member() {
    return application.withPropertyValues(Site.of(1, directory).properties(1));
  }

  @Test
  void memberLeadsItsRolesOnceStarted() {
    member()
        .withPropertyValues(
            "ha.roles[0].name=jobs", "ha.roles[0].prefer=n1,n2", "ha.roles[1].name=mail")
        .run(
            context -> {
              HaNode node = context.getBean(HaNode.class);
              assertThat(node.member()).isEqualTo(new MemberId("n1"));
              await().until(() -> node.role("jobs").orElseThrow().isLeader());
              await().until(() -> node.role("mail").orElseThrow().isLeader());
            });
  }

  @Test
  void twoMembersUseTheApplicationsFenceHook() {
    ApplicationContextRunner one =
        application.withPropertyValues(Site.of(2, directory).properties(1));
    FenceHook hook = CommandFenceHook.running("false").exitZeroConfirms(FenceHook.Scope.PROCESS);

    one.run(context -> assertThat(context).hasFailed());
    one.withBean(FenceHook.class, () -> hook)
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(HaNode.class));
  }

  @Test
  void nodeIsClosedWithTheApplication() {
    HaNode[] seen = new HaNode[1];
    member().run(context -> seen[0] = context.getBean(HaNode.class));
    assertThatIllegalStateException()
        .isThrownBy(() -> seen[0].declare(RoleSpec.named("late")))
        .withMessageContaining("closed");
  }

  @Test
  void backsOffFromTheApplicationsOwnNode() {
    try (HaNode own = ownNode(Site.of(1, directory))) {
      application
          .withBean("own", HaNode.class, () -> own, bean -> bean.setDestroyMethodName(""))
          .withPropertyValues("ha.roles[0].name=jobs", "ha.roles[1].name=mail")
          .run(
              context -> {
                assertThat(context).hasSingleBean(HaNode.class).hasBean("own");
                await().until(() -> own.role("jobs").orElseThrow().isLeader());
                await().until(() -> own.role("mail").orElseThrow().isLeader());
              });
    }
  }

  private HaNode ownNode(Site site) {
    String bind = site.properties(1)[3].substring("ha.bind=".length());
    return HaNode.builder()
        .cluster("shop")
        .member("n1")
        .roster("n1")
        .bind(bind)
        .peers(bind)
        .state(directory.resolve("own"))
        .secret(Secret.of("the application's own secret"))
        .role(RoleSpec.named("jobs"))
        .start();
  }

  @Test
  void isNoMemberIfNotEnabled() {
    application
        .withPropertyValues("ha.enabled=false")
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(HaNode.class));
  }

  @Test
  void everyFaultIsListedAndNothingStarts() {
    application
        .withPropertyValues(
            "ha.cluster=shop",
            "ha.member=n 1",
            "ha.secret=too short",
            "ha.state=" + directory.resolve("state"),
            "ha.lease=5ms",
            "ha.roles[0].name=jobs",
            "ha.roles[1].name=jobs",
            "ha.roles[2].prefer=n1")
        .run(
            context -> {
              HaConfigurationException refusal = refusal(context.getStartupFailure());
              assertThat(refusal.faults())
                  .anyMatch(it -> it.startsWith("the secret has 9 characters"))
                  .anyMatch(it -> it.contains("'jobs' is declared twice"))
                  .anyMatch(it -> it.startsWith("role name ''"))
                  .anyMatch(it -> it.contains("'n 1'"))
                  .anyMatch(it -> it.startsWith("bind is missing"))
                  .anyMatch(it -> it.startsWith("lease is 5 ms"))
                  .anyMatch(it -> it.startsWith("roster has no votes"))
                  .noneMatch(it -> it.startsWith("secret is missing"));
              assertThat(directory.resolve("state")).doesNotExist();
              FailureAnalysis analysis =
                  new HaConfigurationFailureAnalyzer().analyze(context.getStartupFailure());
              assertThat(analysis.getDescription().lines().filter(it -> it.startsWith("  - ")))
                  .hasSameSizeAs(refusal.faults());
              assertThat(analysis.getAction()).contains("ha.enabled=false");
            });
  }

  @Test
  void twoSecretsAreRefused() {
    member()
        .withPropertyValues("ha.secret=another secret, long enough")
        .run(
            context ->
                assertThat(refusal(context.getStartupFailure()).faults())
                    .containsExactly("secret and secret-file are both given; give one of them"));
  }

  @Test
  void propertiesTellNoSecret() {
    member()
        .withPropertyValues("ha.secret-file=", "ha.secret=a secret for a single member")
        .run(
            context ->
                assertThat(context.getBean(HaProperties.class).toString())
                    .doesNotContain("single member"));
  }

  private static HaConfigurationException refusal(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof HaConfigurationException)) {
      assertThat(cause).as("%s", failure).isNotNull();
      cause = cause.getCause();
    }
    return (HaConfigurationException) cause;
  }

  @Test
  @SuppressWarnings("unchecked")
  void everyPropertyIsDescribed() throws IOException {
    List<Map<String, Object>> properties = (List<Map<String, Object>>) metadata().get("properties");
    Set<Object> names = properties.stream().map(it -> it.get("name")).collect(Collectors.toSet());
    assertThat(names)
        .contains("ha.enabled", "ha.secret-file", "ha.lease", "ha.roles")
        .contains("ha.valve.require-quorum", "ha.datasource.masters");
    assertThat(properties)
        .allSatisfy(it -> assertThat(it.get("description")).as("%s", it.get("name")).isNotNull());
  }

  private static Map<String, Object> metadata() throws IOException {
    // By code source: on the class path there are many files of this name.
    URI classes =
        URI.create(
            HaAutoConfiguration.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString());
    Path file = Path.of(classes).resolve("META-INF/spring-configuration-metadata.json");
    return JsonParserFactory.getJsonParser().parseMap(Files.readString(file));
  }
}

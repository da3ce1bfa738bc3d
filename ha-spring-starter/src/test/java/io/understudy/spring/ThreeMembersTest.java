package io.understudy.spring;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaNode;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Three applications as the README shows them, and the end of the one that leads. */
class ThreeMembersTest {
  private static final Logger log = LoggerFactory.getLogger(ThreeMembersTest.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<ConfigurableApplicationContext> running = new ArrayList<>();

  @AfterEach
  void close() {
    running.forEach(ConfigurableApplicationContext::close);
  }

  @Test
  void anotherMemberRunsTheJobWhenTheLeaderCloses() throws Exception {
    Site site = Site.of(3, directory);
    for (int member = 1; member <= 3; member++) {
      // Returns although nobody can lead before all three are up: nothing waits for an election.
      running.add(start(site, member));
    }
    ConfigurableApplicationContext first = awaitOneThatRuns();
    Journal journal = first.getBean(Journal.class);
    long epoch = journal.charged.get(0);
    assertOnlyLeaderAnswers(first);
    assertHealthIsUp();

    running.remove(first);
    long closedNanos = System.nanoTime();
    first.close();
    assertEquals(List.of("elected " + epoch, "revoked " + epoch + " RESIGNED"), journal.events);

    ConfigurableApplicationContext second = awaitOneThatRuns();
    log.info("MEASURED next leader ran: {} ms", (System.nanoTime() - closedNanos) / 1_000_000);
    assertTrue(second.getBean(Journal.class).charged.get(0) > epoch);
    assertOnlyLeaderAnswers(second);
    assertHealthIsUp();
  }

  @Test
  void readmeShowsTheBeanThatIsTested() {
    String bean = Readme.bean().strip();
    assertTrue(Readme.source(Billing.class).contains(bean), bean);
  }

  private static ConfigurableApplicationContext start(Site site, int member) {
    return new SpringApplicationBuilder(Shop.class)
        .web(WebApplicationType.SERVLET)
        .registerShutdownHook(false)
        .initializers(
            it -> it.getEnvironment().getPropertySources().addLast(Readme.applicationYml()))
        .run(
            arguments(
                site.properties(member),
                "server.port=0",
                "server.address=127.0.0.1",
                "billing.delay=50ms",
                "management.endpoint.health.show-details=always",
                "spring.application.name=n" + member));
  }

  private static String[] arguments(String[] properties, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(properties));
    all.addAll(Arrays.asList(more));
    return all.stream().map(it -> "--" + it).toArray(String[]::new);
  }

  private ConfigurableApplicationContext awaitOneThatRuns() {
    await().atMost(PATIENCE).until(() -> running.stream().anyMatch(ThreeMembersTest::isAtWork));
    List<ConfigurableApplicationContext> atWork =
        running.stream().filter(ThreeMembersTest::isAtWork).toList();
    assertEquals(1, atWork.size(), "one runs the job");
    assertTrue(jobs(atWork.get(0)).isLeader());
    return atWork.get(0);
  }

  private static boolean isAtWork(ConfigurableApplicationContext context) {
    return !context.getBean(Journal.class).charged.isEmpty();
  }

  private static Role jobs(ConfigurableApplicationContext context) {
    return context.getBean(HaNode.class).role("jobs").orElseThrow();
  }

  private void assertOnlyLeaderAnswers(ConfigurableApplicationContext leader) throws Exception {
    for (ConfigurableApplicationContext context : running) {
      HttpResponse<String> answer = get(context, "/ha/leader?role=jobs");
      assertEquals(context == leader ? 200 : 503, answer.statusCode(), answer::body);
    }
  }

  private void assertHealthIsUp() throws Exception {
    for (ConfigurableApplicationContext context : running) {
      await().atMost(PATIENCE).until(() -> get(context, "/actuator/health").statusCode() == 200);
      String body = get(context, "/actuator/health").body();
      assertTrue(body.contains("\"ha\":{"), body);
      assertTrue(body.contains("\"quorum\":true"), body);
    }
  }

  private HttpResponse<String> get(ConfigurableApplicationContext context, String path)
      throws IOException, InterruptedException {
    int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
  @EnableScheduling
  @Import(Billing.class)
  static class Shop {
    @Bean
    Journal journal() {
      return new Journal();
    }
  }

  /** What one application did. */
  static final class Journal implements Ledger {
    final List<Long> charged = new CopyOnWriteArrayList<>();
    final List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public void charge(long epoch) {
      charged.add(epoch);
    }

    @EventListener
    void elected(RoleElectedEvent event) {
      events.add("elected " + event.leadership().epoch());
    }

    @EventListener
    void revoked(RoleRevokedEvent event) {
      RevokeReason reason = event.reason();
      events.add("revoked " + event.leadership().epoch() + " " + reason.name());
    }
  }
}

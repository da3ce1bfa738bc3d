package io.understudy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.ha.HaNode;
import io.understudy.tomcat.HaValve;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/** With a real Tomcat and the valve's configuration; the member lacks a quorum where it says so. */
class HaValveTest {
  @TempDir Path directory;

  private final HttpClient http = HttpClient.newHttpClient();

  private WebApplicationContextRunner member(int roster) {
    return new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
        .withConfiguration(
            AutoConfigurations.of(
                HaAutoConfiguration.class,
                HaValveAutoConfiguration.class,
                TomcatServletWebServerAutoConfiguration.class))
        .withPropertyValues(Site.of(roster, directory.resolve("of" + roster)).properties(1))
        .withPropertyValues("server.port=0", "server.address=127.0.0.1");
  }

  @Test
  void requestsPassWithQuorumAndAreRejectedWithout() {
    // 404: the request reached the application, which serves nothing.
    member(1)
        .withPropertyValues("ha.valve.enabled=true")
        .run(context -> assertThat(status(context, "/orders")).isEqualTo(404));
    member(3)
        .withPropertyValues("ha.valve.enabled=true")
        .run(
            context -> {
              assertThat(status(context, "/orders")).isEqualTo(503);
              assertThat(status(context, "/ha/health")).isEqualTo(503);
              assertThat(status(context, "/actuator/info")).isEqualTo(404);
            });
  }

  @Test
  void actuatorIsExcludedWhereverItIsAndOtherPathsOnDemand() {
    member(3)
        .withPropertyValues(
            "ha.valve.enabled=true",
            "server.servlet.context-path=/shop",
            "management.endpoints.web.base-path=/manage")
        .run(
            context -> {
              assertThat(status(context, "/shop/manage/health")).isEqualTo(404);
              assertThat(status(context, "/manage/health")).isEqualTo(503);
              assertThat(status(context, "/ha/leader")).isEqualTo(400);
            });
    member(3)
        .withPropertyValues("ha.valve.enabled=true", "ha.valve.exclude=/static,/help")
        .run(
            context -> {
              assertThat(status(context, "/help/me")).isEqualTo(404);
              assertThat(status(context, "/actuator")).isEqualTo(503);
            });
  }

  @Test
  void isThereOnlyIfEnabledAndWithNodeAndTomcat() {
    member(1)
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(HaValve.class);
              assertThat(status(context, "/ha/health")).isEqualTo(404);
            });
    member(1)
        .withPropertyValues("ha.valve.enabled=true", "ha.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(HaValve.class));
    new WebApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(HaAutoConfiguration.class, HaValveAutoConfiguration.class))
        .withClassLoader(new FilteredClassLoader("org.apache.catalina"))
        .withPropertyValues(Site.of(1, directory).properties(1))
        .withPropertyValues("ha.valve.enabled=true")
        .run(context -> assertThat(context).hasSingleBean(HaNode.class).doesNotHaveBean("haValve"));
  }

  @Test
  void gateThatWouldNeverOpenIsRefused() {
    member(1)
        .withPropertyValues("ha.valve.enabled=true", "ha.valve.role=jbos", "ha.roles[0].name=jobs")
        .run(
            context ->
                assertThat(analysis(context.getStartupFailure()).getDescription())
                    .contains("ha.valve.role", "'jbos'", "[jobs]"));
    member(1)
        .withPropertyValues("ha.valve.enabled=true", "ha.valve.require-writer=true")
        .run(
            context ->
                assertThat(analysis(context.getStartupFailure()).getAction())
                    .contains("ha.datasource.masters"));
  }

  private static FailureAnalysis analysis(Throwable failure) {
    return new HaStartFailureAnalyzer().analyze(failure);
  }

  private int status(AssertableWebApplicationContext context, String path)
      throws IOException, InterruptedException {
    int port =
        context
            .getSourceApplicationContext(ServletWebServerApplicationContext.class)
            .getWebServer()
            .getPort();
    return http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}

package io.understudy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.ha.HaNode;
import io.understudy.ha.Leadership;
import io.understudy.ha.RoleSpec;
import java.io.Serial;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

class LeaderOnlyTest {
  @TempDir Path directory;

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(HaAutoConfiguration.class, LeaderOnlyAutoConfiguration.class));

  private ApplicationContextRunner member() {
    return application
        .withPropertyValues(Site.of(1, directory).properties(1))
        .withPropertyValues("ha.roles[0].name=jobs");
  }

  @Test
  void runsUnderItsLeadershipAndIsSkippedOtherwise() {
    member()
        .withBean(Jobs.class)
        .run(
            context -> {
              Jobs jobs = context.getBean(Jobs.class);
              HaNode node = context.getBean(HaNode.class);
              await().until(() -> node.role("jobs").orElseThrow().isLeader());
              long epoch = node.role("jobs").orElseThrow().leadership().orElseThrow().epoch();
              jobs.run();
              assertThat(jobs.epochs()).containsExactly(epoch);
              assertThat(jobs.ask()).contains(epoch);
              assertThat(LeadershipHolder.current()).isEmpty();

              node.standby(true);
              await().until(() -> !node.role("jobs").orElseThrow().isLeader());
              jobs.run();
              assertThat(jobs.epochs()).containsExactly(epoch);
              assertThat(jobs.ask()).isEmpty();
            });
  }

  @Test
  void scheduledMethodOfBeanWithInterfaceIsGuarded() {
    member()
        .withBean(Sweeper.class)
        .withUserConfiguration(Scheduling.class)
        .run(context -> await().until(() -> !context.getBean(Sweeper.class).seen().isEmpty()));
  }

  @Test
  void checkComesAfterTheChangeOfThreadAndBeforeTheTransaction() {
    member()
        .withBean(Mixed.class)
        .withBean(Transactions.class)
        .withUserConfiguration(Proxying.class)
        .run(
            context -> {
              Mixed mixed = context.getBean(Mixed.class);
              Transactions transactions = context.getBean(Transactions.class);
              HaNode node = context.getBean(HaNode.class);
              await().until(() -> node.role("jobs").orElseThrow().isLeader());
              mixed.run();
              await().until(() -> mixed.ran().equals(List.of("task-1")));
              assertThat(transactions.begun()).isEqualTo(1);

              node.standby(true);
              await().until(() -> !node.role("jobs").orElseThrow().isLeader());
              mixed.run();
              mixed.unguarded().join();
              assertThat(mixed.ran()).hasSize(1);
              assertThat(transactions.begun()).isEqualTo(1);
            });
  }

  @Test
  void neverRunsWithoutCluster() {
    application
        .withPropertyValues("ha.enabled=false")
        .withBean(Jobs.class)
        .run(
            context -> {
              Jobs jobs = context.getBean(Jobs.class);
              jobs.run();
              assertThat(jobs.epochs()).isEmpty();
              assertThat(jobs.ask()).isEmpty();
            });
  }

  @Test
  void roleDeclaredByTheApplicationIsKnown() {
    member()
        .withBean(Declarer.class)
        .withBean(Mailer.class)
        .run(context -> assertThat(context).hasNotFailed());
  }

  @ParameterizedTest
  @MethodSource
  void beanThatNoProxyCanGuardIsRefused(Class<?> bean, String why) {
    application
        .withPropertyValues("ha.enabled=false")
        .withBean(bean)
        .run(
            context -> {
              FailureAnalysis analysis =
                  new HaStartFailureAnalyzer().analyze(context.getStartupFailure());
              assertThat(analysis.getDescription()).contains("run()", why);
              assertThat(analysis.getAction()).isNotEmpty();
            });
  }

  static Stream<Arguments> beanThatNoProxyCanGuardIsRefused() {
    return Stream.of(
        Arguments.of(PrivateMethod.class, "it is private"),
        Arguments.of(FinalMethod.class, "it is final or static"),
        Arguments.of(StaticMethod.class, "it is final or static"),
        Arguments.of(FinalClass.class, "its class is final"),
        Arguments.of(WithResult.class, "returns int"));
  }

  @Test
  void unknownRoleIsRefused() {
    member()
        .withBean(Mailer.class)
        .run(
            context -> {
              FailureAnalysis analysis =
                  new HaStartFailureAnalyzer().analyze(context.getStartupFailure());
              assertThat(analysis.getDescription())
                  .contains("Mailer.send()", "'mail'", "ha.roles names [jobs]");
              assertThat(analysis.getAction()).contains("ha.roles");
            });
  }

  static class Jobs {
    private final List<Long> epochs = new CopyOnWriteArrayList<>();

    @LeaderOnly("jobs")
    void run() {
      Leadership leadership = LeadershipHolder.current().orElseThrow();
      epochs.add(leadership.epoch());
    }

    @LeaderOnly("jobs")
    Optional<Long> ask() {
      return LeadershipHolder.current().map(Leadership::epoch);
    }

    List<Long> epochs() {
      return epochs;
    }
  }

  static class Sweeper implements Runnable {
    private final List<Leadership> seen = new CopyOnWriteArrayList<>();

    @Override
    public void run() {}

    @Scheduled(fixedDelay = 20)
    @LeaderOnly("jobs")
    void sweep() {
      seen.add(LeadershipHolder.current().orElseThrow());
    }

    List<Leadership> seen() {
      return seen;
    }
  }

  static class Mixed {
    private final List<String> ran = new CopyOnWriteArrayList<>();

    @Async
    @Transactional
    @LeaderOnly("jobs")
    public void run() {
      assertThat(LeadershipHolder.current()).isPresent();
      ran.add(Thread.currentThread().getName());
    }

    /** Ends after what was submitted before it, for there is one thread. */
    @Async
    public CompletableFuture<Void> unguarded() {
      return CompletableFuture.completedFuture(null);
    }

    List<String> ran() {
      return ran;
    }
  }

  static class Transactions extends AbstractPlatformTransactionManager {
    @Serial private static final long serialVersionUID = 1L;
    private final AtomicInteger begun = new AtomicInteger();

    @Override
    protected Object doGetTransaction() {
      return this;
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
      begun.incrementAndGet();
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {}

    @Override
    protected void doRollback(DefaultTransactionStatus status) {}

    int begun() {
      return begun.get();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAsync
  @EnableTransactionManagement
  static class Proxying {
    @Bean
    ThreadPoolTaskExecutor taskExecutor() {
      ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
      executor.setCorePoolSize(1);
      executor.setMaxPoolSize(1);
      executor.setThreadNamePrefix("task-");
      return executor;
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableScheduling
  static class Scheduling {}

  static class Declarer {
    Declarer(HaNode node) {
      node.declare(RoleSpec.named("mail"));
    }
  }

  static class Mailer {
    @LeaderOnly("mail")
    void send() {}
  }

  static class PrivateMethod {
    @LeaderOnly("jobs")
    @SuppressWarnings("UnusedMethod")
    private void run() {}
  }

  static class FinalMethod {
    @LeaderOnly("jobs")
    final void run() {}
  }

  static class StaticMethod {
    @LeaderOnly("jobs")
    static void run() {}
  }

  static final class FinalClass {
    @LeaderOnly("jobs")
    void run() {}
  }

  static class WithResult {
    @LeaderOnly("jobs")
    int run() {
      return 1;
    }
  }
}

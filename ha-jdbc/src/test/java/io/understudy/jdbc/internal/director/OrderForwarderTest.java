package io.understudy.jdbc.internal.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaNode;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterView;
import io.understudy.ha.Role;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.Timing;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.UnappliedPolicy;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Another member directs, and answers nothing. */
class OrderForwarderTest {
  private boolean full;

  @Test
  void whoWaitsIsAnsweredAlsoIfTheOrderCannotBeWithdrawn() {
    RoleRegister register =
        answering(
            RoleRegister.class,
            name ->
                switch (name) {
                  case "view" -> RegisterView.UNKNOWN;
                  case "told" -> Map.of();
                  default -> tell();
                });
    Role role =
        answering(
            Role.class,
            name ->
                name.equals("register")
                    ? register
                    : Optional.of(new LeaderInfo(MemberId.of("n2"), 3)));
    OrderForwarder forwarder =
        new OrderForwarder(config(), role, new Bulletin(register), Runnable::run);
    CompletableFuture<SwitchoverResult> answer = forwarder.order("db-01").toCompletableFuture();
    full = true;
    assertThrows(IllegalStateException.class, forwarder::stop);
    assertTrue(answer.isDone());
    assertEquals(Outcome.UNKNOWN, answer.join().outcome());
  }

  private Object tell() {
    if (full) {
      throw new IllegalStateException("not told, says the test");
    }
    return Optional.empty();
  }

  private static HaDataSourceConfig config() {
    HaNode node =
        answering(
            HaNode.class,
            name ->
                name.equals("member") ? MemberId.of("n1") : Timing.ofLease(Duration.ofSeconds(1)));
    DriverManagerDataSource unused = new DriverManagerDataSource();
    return new HaDataSourceConfig(
        node,
        "main",
        List.of(new Master("db-01", unused, unused)),
        TimeLimits.DEFAULT,
        UnappliedPolicy.WAIT,
        false,
        null,
        null,
        null);
  }

  private interface Answers {
    Object to(String method);
  }

  private static <T> T answering(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            OrderForwarderTest.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              Object answer = answers.to(method.getName());
              return method.getReturnType() == void.class ? null : answer;
            }));
  }
}

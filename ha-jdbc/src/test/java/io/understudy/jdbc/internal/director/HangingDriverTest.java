package io.understudy.jdbc.internal.director;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.HaDataSourceConfig.FailoverLimits;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.HaDataSourceConfig.SwitchLimits;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import io.understudy.jdbc.internal.routing.Assignment;
import io.understudy.jdbc.internal.routing.Input;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Observation.Failed;
import io.understudy.jdbc.internal.routing.Observation.Kind;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** A driver that never comes back, whatever time-out it was given. */
class HangingDriverTest {
  private static final Duration TICK = Duration.ofMillis(50);

  private final ExecutorService helpers = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void letItGo() {
    end.countDown();
    helpers.shutdownNow();
  }

  @Test
  void aServerWhoseDriverHangsCountsAsSilentAgainAndAgain() {
    MasterLink link = link();
    assertEquals(Optional.empty(), link.overdue(), "it has not begun");
    link.start();
    try {
      for (int i = 0; i < 2; i++) {
        AtomicReference<Input> said = new AtomicReference<>();
        await().until(() -> link.overdue().map(it -> said.getAndSet(it) == null).orElse(false));
        Probed probed = (Probed) said.get();
        assertEquals("db-01", probed.master());
        Failed failed = (Failed) probed.observation();
        assertEquals(Kind.SILENT, failed.kind());
        assertTrue(failed.message().contains("for more than 3300 ms"), failed::message);
        assertEquals(Optional.empty(), link.overdue(), "once in a while");
      }
    } finally {
      link.stop();
    }
  }

  private MasterLink link() {
    Hanging driver = new Hanging();
    return new MasterLink(
        new Master("db-01", driver, driver),
        new MasterLink.Shared(
            new MasterLinkTest.Lasting(new AtomicBoolean(true)),
            "understudy.db:test",
            new TimeLimits(TICK, TICK, 2, TICK, TICK, SwitchLimits.DEFAULT, FailoverLimits.DEFAULT),
            null,
            () -> Assignment.NONE,
            new ConcurrentHashMap<>(),
            helpers,
            input -> {},
            fault -> {}),
        "link");
  }

  private final class Hanging extends AbstractDataSource {
    @Override
    public Connection getConnection() {
      return (Connection)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, args) -> {
                if (method.getName().equals("createStatement")) {
                  awaitUninterruptibly();
                }
                return null;
              });
    }

    private void awaitUninterruptibly() {
      while (end.getCount() > 0) {
        try {
          end.await();
        } catch (InterruptedException e) {
          // as drivers do
        }
      }
    }

    @Override
    public Connection getConnection(String user, String password) {
      return getConnection();
    }
  }
}

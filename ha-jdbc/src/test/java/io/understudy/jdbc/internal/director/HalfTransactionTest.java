package io.understudy.jdbc.internal.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.jdbc.HaDataSourceConfig.Master;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** What it does when everything fails; helpers run when the test says so. */
class HalfTransactionTest {
  private final Deque<Runnable> helpers = new ArrayDeque<>();
  private final AtomicInteger tries = new AtomicInteger();
  private final DataSource manager = new Failing();
  private boolean helps;
  private HalfTransaction half = half(3);

  /** An error ends a thread without a word, and then nobody would ever tell the applier. */
  @Test
  void anErrorIsToldAndTriedAgainWhileTheLeadershipLasts() {
    assertEquals("", half.notice());
    half.giveUp();
    assertTrue(half.notice().contains("db-02 has half a transaction"), half::notice);
    runHelper();
    assertEquals(3, tries.get());
    assertEquals("", half.notice(), "it leads no more");
    half.giveUp();
    assertEquals(1, helpers.size(), "it can begin again");
  }

  @Test
  void whileItGoesOnReplicationIsNotStartedAndTheFailureIsTold() throws SQLException {
    half.requireGivenUp();
    half.giveUp();
    half.giveUp();
    assertEquals(1, helpers.size(), "once");
    assertThrows(SQLException.class, half::requireGivenUp);
    runHelper();
    half.requireGivenUp();
  }

  @Test
  void ifItCannotBeginItIsNotUnderWay() throws SQLException {
    half =
        new HalfTransaction(
            new Master("db-02", manager, manager),
            task -> {
              throw new OutOfMemoryError("no thread, says the test");
            },
            () -> true,
            Duration.ZERO);
    assertThrows(OutOfMemoryError.class, half::giveUp);
    half.requireGivenUp();
  }

  private void runHelper() {
    helps = true;
    helpers.remove().run();
    helps = false;
  }

  private HalfTransaction half(int turns) {
    AtomicInteger left = new AtomicInteger(turns);
    return new HalfTransaction(
        new Master("db-02", manager, manager),
        task -> {
          if (helps) {
            task.run(); // for the helper itself
          } else {
            helpers.add(task);
          }
        },
        () -> {
          if (left.get() < turns) {
            assertTrue(half.notice().contains("no memory, says the test"), half::notice);
          }
          return left.getAndDecrement() > 0;
        },
        Duration.ZERO);
  }

  private final class Failing extends AbstractDataSource {
    @Override
    public Connection getConnection() {
      tries.incrementAndGet();
      return (Connection)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, args) -> {
                if (method.getName().equals("close")) {
                  return null;
                }
                throw new OutOfMemoryError("no memory, says the test");
              });
    }

    @Override
    public Connection getConnection(String user, String password) {
      return getConnection();
    }
  }
}

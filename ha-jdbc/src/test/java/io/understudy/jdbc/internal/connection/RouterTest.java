package io.understudy.jdbc.internal.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.RegisterView;
import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Assignment;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class RouterTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final DataSource pool =
      (DataSource)
          Proxy.newProxyInstance(
              RouterTest.class.getClassLoader(),
              new Class<?>[] {DataSource.class},
              (proxy, method, args) -> null);
  private final HandRegister register = new HandRegister();
  private final Router router = new Router("n1", register, Map.of("db-01", pool));

  @Test
  void routesToTheAgreedWriterWhilePermitted() {
    assertNull(router.usable());
    register.commit(HandRegister.serving(3));
    assertNull(router.usable(), "no permit yet");
    register.permit(HOUR);
    Route route = router.usable();
    assertNotNull(route);
    assertSame(pool, route.pool());
    assertTrue(router.isCurrent(3));
    register.permit(Duration.ZERO);
    assertFalse(router.isCurrent(3));
    assertNull(router.usable());
  }

  @Test
  void aPermitForAnotherGenerationIsOfNoUse() {
    register.commit(HandRegister.serving(3));
    register.commit(HandRegister.serving(4));
    register.permit(HOUR);
    assertFalse(router.isCurrent(3));
    assertTrue(router.isOver(3));
    assertTrue(router.isCurrent(4));
  }

  @Test
  void theSameGenerationGoesOnUnderANewVersion() {
    register.commit(HandRegister.serving(3));
    register.permit(HOUR);
    register.commit(HandRegister.serving(3));
    assertFalse(router.isOver(3));
    register.permit(HOUR);
    assertTrue(router.isCurrent(3));
  }

  @Test
  void aWithdrawnWriterIsOver() {
    register.commit(HandRegister.serving(3));
    register.commit(HandRegister.serving(3).preparing(Phase.FAILING_OVER, "db-02", "it died"));
    register.permit(HOUR);
    assertTrue(router.isOver(3));
    assertNull(router.usable());
    assertEquals("it died", router.routeOf(router.view()).problem());
  }

  @Test
  void anOlderViewDoesNotBringAnOlderRouteBack() {
    register.commit(HandRegister.serving(3));
    RegisterView old = register.view();
    register.commit(HandRegister.serving(4));
    assertEquals(4, router.routeOf(register.view()).generation());
    assertEquals(4, router.routeOf(old).generation());
  }

  @Test
  void fallingGenerationsAndUnreadableValuesRouteNowhere() {
    register.commit(HandRegister.serving(3));
    assertEquals(3, router.routeOf(register.view()).generation());
    register.commit(HandRegister.serving(2));
    assertBlocked("generation 2 follows 3");
    register.commit("something else".getBytes(StandardCharsets.UTF_8));
    assertBlocked("cannot be read");
    register.commit(HandRegister.serving(3));
    register.permit(HOUR);
    assertNotNull(router.usable());
  }

  @Test
  void aWriterThatIsNotConfiguredHereRoutesNowhere() {
    register.commit(new Assignment(1, Phase.SERVING, "db-09", "", "", 1, "elsewhere", List.of()));
    assertBlocked("not among the masters configured here: [db-01]");
  }

  private void assertBlocked(String part) {
    register.permit(HOUR);
    assertNull(router.usable());
    String problem = router.routeOf(register.view()).problem();
    assertTrue(problem.contains(part), problem);
  }
}

package io.understudy.tomcat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.catalina.LifecycleException;
import org.apache.tomcat.util.IntrospectionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings as server.xml gives them, and what Tomcat makes of the bean. */
class ConfigurationTomcatTest {
  private final FakeNode node = new FakeNode();

  @ParameterizedTest
  @CsvSource({
    "role, orders",
    "requireQuorum, false",
    "gatedPaths, '/a,/b'",
    "excludedPaths, /a/b",
    "healthPath, /up",
    "leaderPath, /who",
    "retryAfterMinSeconds, 2",
    "retryAfterMaxSeconds, 5",
  })
  void takesEachPropertyAsText(String property, String value) throws Exception {
    HaValve valve = new HaValve();
    assertTrue(IntrospectionUtils.setProperty(valve, property, value));
    valve.setNode(node);
    Server.start(Server.Level.ENGINE, valve).close();
  }

  @ParameterizedTest
  @CsvSource({
    "gatedPaths, orders, does not begin with /",
    "gatedPaths, /orders/*, without patterns",
    "excludedPaths, '/a,b', does not begin with /",
    "healthPath, up, does not begin with /",
    "leaderPath, /ha/health, give two different paths",
    "retryAfterMinSeconds, 0, Retry-After between 0 and 3 s",
    "retryAfterMinSeconds, 3601, Retry-After between 3601 and 3601 s",
    "retryAfterMaxSeconds, 3601, Retry-After between 1 and 3601 s",
    "retryAfterMaxSeconds, -1, Retry-After between 1 and -1 s",
  })
  void doesNotStartWithAWrongProperty(String property, String value, String message) {
    HaValve valve = new HaValve(node);
    IntrospectionUtils.setProperty(valve, property, value);
    assertRefused(valve, message);
  }

  @Test
  void doesNotStartWithoutANode() {
    assertRefused(new HaValve(), "call setNode before the start");
  }

  @Test
  void doesNotStartWithTwoJudges() {
    HaValve valve = new HaValve(new OpenGate());
    valve.setRole("orders");
    assertRefused(valve, "set neither node nor role");
  }

  @Test
  void doesNotStartWithMoreConditionsThanItCanCount() {
    HaValve valve = new HaValve(node);
    for (int i = 0; i < 64; i++) {
      valve.addCondition(Condition.of("c" + i, () -> true));
    }
    assertRefused(valve, "65 conditions; at most 64");
  }

  @Test
  void isAManagementBean() throws Exception {
    HaValve valve = new HaValve(node);
    try (Server server = Server.start(Server.Level.ENGINE, valve)) {
      MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
      Set<ObjectName> names = beans.queryNames(new ObjectName("*:type=Valve,name=HaValve"), null);
      assertEquals(1, names.size());
      ObjectName name = names.iterator().next();
      assertTrue((Boolean) beans.getAttribute(name, "open"));
      assertEquals(200, server.get("/cart").statusCode());
      node.quorum(false);
      beans.invoke(name, "refresh", null, null);
      assertEquals(
          "member n1 does not hear a quorum of the roster's votes",
          beans.getAttribute(name, "reason"));
    }
  }

  private static void assertRefused(HaValve valve, String message) {
    LifecycleException thrown =
        assertThrows(
            LifecycleException.class, () -> Server.start(Server.Level.ENGINE, valve).close());
    StringBuilder messages = new StringBuilder();
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      messages.append(t.getMessage()).append('\n');
    }
    assertTrue(messages.toString().contains(message), messages.toString());
  }

  private static final class OpenGate implements Gate {
    @Override
    public boolean open() {
      return true;
    }

    @Override
    public String reason() {
      return "";
    }
  }
}

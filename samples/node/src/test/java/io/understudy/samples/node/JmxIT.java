package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.understudy.ha.HaNodeMXBean;
import io.understudy.samples.node.Cluster.Reign;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a console sees that attaches to a member: the bean, its operations and their refusals. */
class JmxIT {
  private static final Duration LEASE = Duration.ofSeconds(2);

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void aConsoleSeesTheMemberOperatesItAndIsToldWhyNot() throws Exception {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign reign = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(reign);
    NodeProcess leader = reign.node();
    String successor = cluster.others(leader).get(0).name();

    try (JMXConnector console = attach(leader)) {
      HaNodeMXBean bean = bean(console, leader.name());
      assertEquals("test", bean.getCluster());
      assertEquals(Map.of("main", leader.name()), bean.getLeaders());
      assertTrue(bean.isQuorum() && bean.isInService() && !bean.isStandby());
      assertEquals(List.of(), bean.getWarnings());
      assertTold("n9", () -> bean.handOver("main", "n9"));
      assertTold("nope", () -> bean.resign("nope"));
      assertTold("nope", () -> bean.explain("nope"));
      assertTold("a b", () -> bean.simulateLoss("a b"));
      assertEquals(Map.of("main", leader.name()), bean.getLeaders());

      bean.handOver("main", successor);

      await().atMost(LEASE).until(() -> bean.getLeaders().equals(Map.of("main", successor)));
      bean.maintenance(true);
      assertTrue(bean.isMaintenance());
    }
    Event asked = leader.last(e -> e.is("operation")).orElseThrow();
    assertTrue(asked.text("by").startsWith("jmx from "), asked.toString());
  }

  private static void assertTold(String what, Runnable wrong) {
    RuntimeException refusal = assertThrows(RuntimeException.class, wrong::run);
    assertTrue(String.valueOf(refusal.getMessage()).contains(what), refusal.toString());
    assertEquals(
        "java.lang", refusal.getClass().getPackageName()); // a console has no class of ours
  }

  @SuppressWarnings("BanJNDI") // what it connects to is a process of this test
  private static JMXConnector attach(NodeProcess node)
      throws IOException, AttachNotSupportedException {
    VirtualMachine machine = VirtualMachine.attach(String.valueOf(node.pid()));
    try {
      return JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
    } finally {
      machine.detach();
    }
  }

  private static HaNodeMXBean bean(JMXConnector console, String member)
      throws IOException, JMException {
    ObjectName name =
        new ObjectName("io.understudy:type=Node,cluster=\"test\",member=\"" + member + "\"");
    return JMX.newMXBeanProxy(console.getMBeanServerConnection(), name, HaNodeMXBean.class);
  }
}

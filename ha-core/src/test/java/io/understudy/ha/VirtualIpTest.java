package io.understudy.ha;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.spi.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An address that moves between real hosts on a real Ethernet, as a third one sees it. */
@Timeout(120)
class VirtualIpTest {
  private static final String ADDRESS = "10.77.0.99";
  private static final String ADDRESS_V6 = "fd77::99";
  private static final Path IPADDR2 = Path.of("/usr/lib/ocf/resource.d/heartbeat/IPaddr2");

  private final Leadership held = new HeldLeadership();
  private Lan lan;

  @BeforeEach
  void connect() throws Exception {
    Optional<String> obstacle = Lan.obstacle("ip", "arping", "ping");
    Assumptions.assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    lan = new Lan("n1", "n2", "client");
  }

  @AfterEach
  void disconnect() {
    if (lan != null) {
      lan.close();
    }
  }

  private VirtualIp on(String host) {
    return VirtualIp.of(ADDRESS + "/24", "eth0").inNamespace(lan.namespace(host));
  }

  private boolean isOn(String host, String address) {
    return !lan.in(host, "ip", "-o", "address", "show", "to", address).isEmpty();
  }

  private boolean isReachable(String address) {
    CommandRun ping = lan.attempt("client", "ping", "-c", "1", "-W", "0.3", address);
    return ping.ended() && ping.status() == 0;
  }

  /** How long the client cannot reach it, with what it knows of the former holder. */
  private Duration awaitReachable(String address, Duration limit) {
    long beganNanos = System.nanoTime();
    await().pollInterval(Duration.ofMillis(1)).atMost(limit).until(() -> isReachable(address));
    return Duration.ofNanos(System.nanoTime() - beganNanos);
  }

  @Test
  void comesAndGoesWithTheRole() throws Exception {
    VirtualIp address = on("n1");
    assertTrue(address.outlivesProcess());
    address.stop(); // what an earlier process may have left
    address.start(held);
    address.start(held); // a start that failed half-way is repeated
    assertTrue(isOn("n1", ADDRESS));
    address.check();

    address.stop();
    address.stop();

    assertFalse(isOn("n1", ADDRESS));
    IOException gone = assertThrows(IOException.class, address::check);
    assertTrue(String.valueOf(gone.getMessage()).contains("is not there any more"));
  }

  /** The client knows the former holder's hardware address, and is told of the new one's. */
  @Test
  void isReachedAtTheNewHolderAtOnce() throws Exception {
    VirtualIp first = on("n1");
    VirtualIp second = on("n2");
    first.start(held);
    awaitReachable(ADDRESS, Duration.ofSeconds(10));
    String before = lan.in("client", "ip", "neighbour", "show", ADDRESS);

    first.stop();
    second.start(held);
    Duration took = awaitReachable(ADDRESS, Duration.ofSeconds(10));

    String after = lan.in("client", "ip", "neighbour", "show", ADDRESS);
    assertFalse(before.equals(after), after);
    assertTrue(took.toMillis() < 5_000, "took " + took);
    second.stop();
  }

  /** The control for the test above, which says what the announcement is good for. */
  @Test
  void isNotReachedWhereNobodyAnnouncesIt() throws Exception {
    lan.in("n1", "ip", "address", "add", ADDRESS + "/24", "dev", "eth0");
    awaitReachable(ADDRESS, Duration.ofSeconds(10));
    lan.in("n1", "ip", "address", "del", ADDRESS + "/24", "dev", "eth0");
    lan.in("n2", "ip", "address", "add", ADDRESS + "/24", "dev", "eth0");

    await()
        .during(Duration.ofSeconds(3))
        .atMost(Duration.ofSeconds(10))
        .until(() -> !isReachable(ADDRESS));
  }

  @Test
  void isAnnouncedByTheKernelInIpv6() throws Exception {
    for (String host : List.of("n1", "n2")) {
      lan.in(host, "sysctl", "-q", "net.ipv6.conf.eth0.ndisc_notify=1");
    }
    VirtualIp first = VirtualIp.of(ADDRESS_V6 + "/64", "eth0").inNamespace(lan.namespace("n1"));
    VirtualIp second = VirtualIp.of(ADDRESS_V6 + "/64", "eth0").inNamespace(lan.namespace("n2"));
    first.start(held);
    awaitReachable(ADDRESS_V6, Duration.ofSeconds(10));

    first.stop();
    second.start(held);

    Duration took = awaitReachable(ADDRESS_V6, Duration.ofSeconds(10));
    assertTrue(took.toMillis() < 5_000, "took " + took);
    second.check();
    second.stop();
    assertFalse(isOn("n2", ADDRESS_V6));
  }

  /** The kernel refuses by itself; where it is told not to ask, the newcomer takes it. */
  @Test
  void staysAwayFromAnIpv6AddressThatAnswersUnlessTheKernelDoesNotAsk() throws Exception {
    lan.in("n1", "ip", "address", "add", ADDRESS_V6 + "/64", "dev", "eth0", "nodad");
    VirtualIp second = VirtualIp.of(ADDRESS_V6 + "/64", "eth0").inNamespace(lan.namespace("n2"));
    IOException used = assertThrows(IOException.class, () -> second.start(held));
    assertTrue(String.valueOf(used.getMessage()).contains("dad_transmits"), used::toString);
    second.stop();

    lan.in("n2", "sysctl", "-q", "net.ipv6.conf.eth0.dad_transmits=0");
    second.start(held);

    assertTrue(isOn("n2", ADDRESS_V6));
    second.stop();
  }

  @Test
  void seesThatTheLinkIsDown() throws Exception {
    VirtualIp address = on("n1");
    address.start(held);
    lan.in("switch", "ip", "link", "set", "port1", "down");
    IOException noLink = assertThrows(IOException.class, address::check);
    assertTrue(String.valueOf(noLink.getMessage()).contains("has no link"), noLink::toString);
    lan.in("n1", "ip", "link", "set", "eth0", "down");
    IOException down = assertThrows(IOException.class, () -> address.start(held));
    assertTrue(String.valueOf(down.getMessage()).contains("eth0 is down"), down::toString);
    address.stop();
  }

  @Test
  void staysAwayFromAnAddressThatAnswersIfItIsToldTo() throws Exception {
    VirtualIp first = on("n1");
    first.start(held);
    VirtualIp second = on("n2").probing();
    IOException used = assertThrows(IOException.class, () -> second.start(held));
    assertTrue(String.valueOf(used.getMessage()).contains("is in use"), used::toString);
    assertFalse(isOn("n2", ADDRESS));

    first.stop();
    second.start(held);

    assertTrue(isOn("n2", ADDRESS));
    second.stop();
  }

  /** Without this process, and as often as one likes. */
  @Test
  void canBeRemovedByItsCommand() throws Exception {
    VirtualIp address = on("n1");
    address.start(held);
    for (int i = 0; i < 2; i++) {
      CommandRun run = CommandRun.of(address.stopCommand(), Map.of(), "", Duration.ofSeconds(10));
      assertEquals(0, run.status(), run::toString);
      assertFalse(isOn("n1", ADDRESS));
    }
  }

  @Test
  void saysThatItsInterfaceIsMissing() throws Exception {
    VirtualIp address = VirtualIp.of(ADDRESS + "/24", "nic7").inNamespace(lan.namespace("n1"));
    IOException missing = assertThrows(IOException.class, () -> address.start(held));
    assertTrue(String.valueOf(missing.getMessage()).contains("nic7"), missing::toString);
    address.stop();
  }

  /** The agent of other cluster managers, as Debian ships it. */
  @Test
  void isInterchangeableWithAnUnchangedOcfAgent() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(IPADDR2), "the package resource-agents is not installed");
    CommandResource agent =
        CommandResource.ocf("ip", "netns", "exec", lan.namespace("n1"), IPADDR2.toString())
            .with("OCF_RESOURCE_INSTANCE", "address")
            .with("OCF_RESKEY_ip", ADDRESS)
            .with("OCF_RESKEY_cidr_netmask", "24")
            .with("OCF_RESKEY_nic", "eth0");
    agent.stop();
    IOException stopped = assertThrows(IOException.class, agent::check);
    assertTrue(String.valueOf(stopped.getMessage()).contains("says that it is stopped, status 7"));

    agent.start(held);

    agent.check();
    assertTrue(isOn("n1", ADDRESS));
    awaitReachable(ADDRESS, Duration.ofSeconds(10));
    agent.stop();
    assertFalse(isOn("n1", ADDRESS));
    CommandResource wrong = agent.with("OCF_RESKEY_ip", "no address");
    IOException failed = assertThrows(IOException.class, () -> wrong.start(held));
    assertTrue(String.valueOf(failed.getMessage()).contains("status "), failed::toString);
  }
}

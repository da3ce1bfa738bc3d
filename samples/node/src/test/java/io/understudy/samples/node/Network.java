package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A network of its own for each test: every member in a network namespace, a router between them,
 * and faults in the router, where a member cannot see them.
 *
 * <pre>
 *   namespace n1           namespace router           namespace n2
 *   10.77.1.2 ----------- 10.77.1.1  10.77.2.1 ------------ 10.77.2.2     data
 *   198.18.a.b ------ this process' namespace --------- 198.18.a.c        status, never cut
 * </pre>
 *
 * Needs root, {@code ip} and {@code iptables}; see {@link NeedsNetworks}.
 */
public final class Network implements Site, AutoCloseable {
  private static final AtomicInteger NETWORKS = new AtomicInteger();

  /** The addresses for benchmarks (RFC 2544), sixteen for each network: no real route is hidden. */
  private static final int STATUS_BASE = (198 << 24) | (18 << 16);

  private static final int STATUS_NETWORKS = 1 << 13;

  /** No member's, see {@link Ports}. */
  private static final String PROXY_PORT = "9000";

  private final int number = NETWORKS.incrementAndGet();
  private final String id = Namespaces.name(number);
  private final Map<String, Integer> places = new TreeMap<>();
  private final int statusNetwork;
  private final @Nullable PacketRelay relay;

  /**
   * When the router began to treat packets in a new way: not before the one time, and from the
   * other on for every packet.
   */
  public record Change(long beforeNanos, long afterNanos) {}

  /** Members with a router between them. */
  public Network(List<String> members) {
    this(members, null);
  }

  /** Members with a relay between them, or else a router, which alone knows faults. */
  public Network(List<String> members, @Nullable PacketRelay relay) {
    this.relay = relay;
    if (members.size() > Namespaces.MAX_MEMBERS) {
      throw new IllegalArgumentException(
          members.size() + " members; a network has " + Namespaces.MAX_MEMBERS + " places");
    }
    Namespaces.removeStale();
    members.forEach(member -> places.put(member, places.size() + 1));
    statusNetwork = freeStatusNetwork();
    try {
      if (relay == null) {
        Shell.run("ip", "netns", "add", router());
        String forward = "echo 1 > /proc/sys/net/ipv4/ip_forward";
        Shell.run("ip", "netns", "exec", router(), "sh", "-c", forward);
      }
      for (String member : places.keySet()) {
        Shell.run("ip", "netns", "add", namespace(member));
        Shell.feed(statusLinks(member), "ip", "-batch", "-");
        if (relay == null) {
          route(member);
        } else {
          relay(member, relay);
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private int freeStatusNetwork() {
    String taken = Shell.run("ip", "-4", "-oneline", "addr", "show");
    int first = (int) (ProcessHandle.current().pid() + number) % STATUS_NETWORKS;
    for (int i = 0; i < STATUS_NETWORKS; i++) {
      int candidate = (first + i) % STATUS_NETWORKS;
      if (!taken.contains(" " + statusAddress(candidate, 0) + "/")) {
        return candidate;
      }
    }
    throw new IllegalStateException("all status networks are taken:\n" + taken);
  }

  /** The cable between a member and this process. */
  private String statusLinks(String member) {
    String link = statusLink(member);
    String inside = namespace(member);
    return """
        link add name status netns %s type veth peer name %s
        addr add %s/31 dev %s
        link set %s up
        """
        .formatted(inside, link, statusHere(member), link, link);
  }

  private void route(String member) {
    int place = places.get(member);
    String cable = "link add name data netns %s type veth peer name m%d netns %s\n";
    Shell.feed(cable.formatted(namespace(member), place, router()), "ip", "-batch", "-");
    String there =
        """
        addr add 10.77.%1$d.1/24 dev m%1$d
        link set m%1$d up
        """;
    Shell.feed(there.formatted(place), "ip", "-n", router(), "-batch", "-");
    inside(member, "", "default via 10.77." + place + ".1");
  }

  private void relay(String member, PacketRelay wire) {
    wire.connect(statusHere(member), httpHost(member));
    String device =
        "link add name data address 02:00:00:00:00:0%d type vxlan id 7 remote %s dstport %d"
            + " dev status nolearning\n";
    String create = device.formatted(places.get(member), statusHere(member), PacketRelay.PORT);
    inside(member, create, "10.77.0.0/16 dev data");
  }

  private void inside(String member, String createData, String route) {
    String lines =
        """
        link set lo up
        addr add %s/31 dev status
        link set status up
        %saddr add %s/24 dev data
        link set data up
        route add %s
        """;
    Shell.feed(
        lines.formatted(httpHost(member), createData, host(member), route),
        "ip",
        "-n",
        namespace(member),
        "-batch",
        "-");
  }

  /** The address of this process' side of a member's cable. */
  public String statusHere(String member) {
    return statusAddress(statusNetwork, 2 * places.get(member) - 2);
  }

  private static String statusAddress(int network, int index) {
    int address = STATUS_BASE + 2 * Namespaces.MAX_MEMBERS * network + index;
    return "%d.%d.%d.%d"
        .formatted(address >>> 24, (address >>> 16) & 0xFF, (address >>> 8) & 0xFF, address & 0xFF);
  }

  public List<String> members() {
    return new ArrayList<>(places.keySet());
  }

  private String router() {
    return id + "-router";
  }

  public String namespace(String member) {
    return id + "-" + member;
  }

  private String statusLink(String member) {
    return Namespaces.link(id, places.get(member));
  }

  @Override
  public String host(String member) {
    return "10.77." + places.get(member) + ".2";
  }

  @Override
  public String httpHost(String member) {
    return statusAddress(statusNetwork, 2 * places.get(member) - 1);
  }

  /** {@code ip} becomes the command, so the process keeps its id. */
  @Override
  public List<String> prefix(String member) {
    return List.of("ip", "netns", "exec", namespace(member));
  }

  /** From now on the router treats packets so, and no longer in any other way. */
  public Change inject(Fault... faults) {
    String rules =
        List.of(faults).stream()
            .flatMap(fault -> fault.rules(this).stream())
            .map(rule -> "-A FORWARD " + rule + "\n")
            .collect(Collectors.joining());
    long beforeNanos = System.nanoTime();
    Shell.feed(
        "*filter\n:FORWARD ACCEPT [0:0]\n" + rules + "COMMIT\n",
        "ip",
        "netns",
        "exec",
        router(),
        "iptables-restore");
    return new Change(beforeNanos, System.nanoTime());
  }

  /** From now on the relay treats packets so. */
  public void weather(PacketRelay.Weather weather) {
    Objects.requireNonNull(relay, "a router has no weather").weather(weather);
  }

  /** The router forwards everything. */
  public Change heal() {
    return inject();
  }

  /**
   * Puts a {@link Proxy} into the way of all connections to an address that are made from now on.
   * It lives as long as the network.
   */
  public Process divert(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    String host = hostAndPort.substring(0, colon);
    String port = hostAndPort.substring(colon + 1);
    Shell.feed(
        "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d %s -p tcp --dport %s -j REDIRECT --to-ports %s\nCOMMIT\n"
            .formatted(host, port, PROXY_PORT),
        "ip",
        "netns",
        "exec",
        router(),
        "iptables-restore");
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", router()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Proxy.class.getName()));
    command.addAll(List.of(PROXY_PORT, host, port));
    try {
      Process proxy =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      tell(proxy, "");
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  /** Changes the ways of a proxy; returns when it has. */
  public static void tell(Process proxy, String word) {
    try {
      if (!word.isEmpty()) {
        proxy.getOutputStream().write((word + "\n").getBytes(StandardCharsets.UTF_8));
        proxy.getOutputStream().flush();
      }
      for (int next = proxy.getInputStream().read(); next != '\n'; ) {
        if (next < 0) {
          throw new IllegalStateException("the proxy has ended");
        }
        next = proxy.getInputStream().read();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the processes that are still inside, and removes everything. */
  @Override
  public void close() {
    if (relay != null) {
      relay.close();
    }
    Namespaces.remove(id);
  }
}

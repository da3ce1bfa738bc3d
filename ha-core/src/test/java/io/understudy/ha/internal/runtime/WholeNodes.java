package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.Role;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Secret;
import io.understudy.ha.Timing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests of whole nodes with real threads, clocks and files; only the network is in memory. */
abstract class WholeNodes {
  static final String ROLE = "main";
  static final List<String> THREE = List.of("n1", "n2", "n3");
  private static final Timing TIMING = Timing.ofLease(Duration.ofMillis(1500));

  @TempDir Path directory;

  final MemoryNetwork network = new MemoryNetwork();
  final Map<String, NodeRuntime> nodes = new TreeMap<>();

  /** Of all nodes. */
  final List<HaEvent> events = new CopyOnWriteArrayList<>();

  /** Of the nodes that are started from now on. */
  HaConfig.Safeguards safeguards = HaConfig.Safeguards.NONE;

  @AfterEach
  void close() {
    nodes.values().forEach(NodeRuntime::close);
  }

  NodeRuntime start(String name, List<String> roster, RoleSpec role) {
    HaConfig config =
        new HaConfig(
            "test",
            MemberId.of(name),
            roster.stream().map(RosterMember::parse).toList(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            List.of(),
            directory.resolve(name),
            Secret.of("a secret of some length"),
            TIMING,
            false,
            true,
            List.of(role),
            List.of(events::add),
            Optional.empty(),
            safeguards);
    NodeRuntime node = LocalNodes.start(config, network);
    nodes.put(name, node);
    return node;
  }

  Role role(String node) {
    return nodes.get(node).role(ROLE).orElseThrow();
  }

  /** Waits until there is one; its name. */
  String awaitLeader() {
    return await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> nodes.keySet().stream().filter(n -> role(n).isLeader()).findFirst().orElse(""),
            name -> !name.isEmpty());
  }
}

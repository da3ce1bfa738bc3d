package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.Role;
import io.understudy.ha.RoleListener;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Secret;
import io.understudy.ha.Timing;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Roster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** The nodes n1, n2 and n3 of one JVM: real threads, clocks and files, only the network is not. */
final class LocalNodes implements AutoCloseable {
  static final String ROLE = "main";
  private static final List<RosterMember> ROSTER =
      List.of("n1", "n2", "n3").stream().map(RosterMember::parse).toList();

  private final Path directory;
  private final Timing timing;
  private final MemoryNetwork network = new MemoryNetwork();
  private final Map<String, HaNode> nodes = new TreeMap<>();
  private final Map<String, List<HaEvent>> events = new TreeMap<>();
  private final List<String> told = new CopyOnWriteArrayList<>();

  LocalNodes(Path directory, Timing timing) {
    this.directory = directory;
    this.timing = timing;
  }

  LocalNodes startAll() {
    ROSTER.forEach(entry -> start(entry.member()));
    return this;
  }

  private void start(MemberId self) {
    List<HaEvent> seen = new CopyOnWriteArrayList<>();
    events.put(self.value(), seen);
    HaConfig config =
        new HaConfig(
            "test",
            self,
            ROSTER,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            List.of(),
            state(self.value()),
            Secret.of("a secret of some length"),
            timing,
            false,
            true,
            List.of(RoleSpec.named(ROLE).listening(recorder(self.value()))),
            List.of(seen::add));
    HaNode node = start(config, network);
    nodes.put(self.value(), node);
  }

  /** A node with the store of its directory, started. */
  static NodeRuntime start(HaConfig config, MemoryNetwork network) {
    MemberId self = config.member();
    FileStore store = FileStore.open(config.stateDirectory());
    Roster seed = new Roster(1, config.roster());
    MemberRecord blank =
        new MemberRecord(self, config.cluster(), seed, 0, Founding.NONE, new TreeMap<>());
    NodeRuntime node =
        new NodeRuntime(
            config,
            store,
            store.load().orElse(blank),
            network.transport(self),
            Incarnations.draw());
    try {
      node.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return node;
  }

  private RoleListener recorder(String name) {
    return new RoleListener() {
      @Override
      public void elected(Leadership leadership) {
        told.add("elected " + name);
      }

      @Override
      public void revoked(Leadership leadership, RevokeReason reason) {
        told.add("revoked " + name + " " + reason + " in epoch " + leadership.epoch());
      }
    };
  }

  /** What listeners were told, in words. */
  List<String> told() {
    return told;
  }

  Path state(String name) {
    return directory.resolve(name);
  }

  HaNode node(String name) {
    return nodes.get(name);
  }

  Role role(String name) {
    return node(name).role(ROLE).orElseThrow();
  }

  boolean hasEvent(String name, Predicate<HaEvent> wanted) {
    return events.get(name).stream().anyMatch(wanted);
  }

  /** Waits for a leader that is not this one; its name. */
  String awaitLeaderOtherThan(String excluded) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                nodes.keySet().stream()
                    .filter(name -> !name.equals(excluded) && role(name).isLeader())
                    .findFirst()
                    .orElse(""),
            name -> !name.isEmpty());
  }

  @Override
  public void close() {
    nodes.values().forEach(HaNode::close);
  }
}

package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jgroups.Version;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.stack.IpAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What strangers can send to any port that a member opens. */
@Tag("fault")
class HostileTrafficIT {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final int TOTAL_BYTES = 8 * 1024 * 1024;
  private static final int CHUNK_BYTES = 8 * 1024;
  private static final int MAX_CONNECTIONS = 200;
  private static final long MAX_LOG_GROWTH_BYTES = 100_000;
  private static final int IDLE_CONNECTIONS = 20;

  @RegisterExtension final Processes processes = new Processes();

  /** What stands in front of the random bytes. */
  enum Preamble {
    NOTHING,
    /** What JGroups' own members send first: cookie, version, address. All of it is public. */
    JGROUPS_HELLO,
    /** The same, and the random bytes in frames of the length that they announce. */
    JGROUPS_FRAMES
  }

  @ParameterizedTest
  @EnumSource
  void randomBytesMoveNothing(Preamble preamble) throws IOException {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign reign = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(reign);
    awaitFullViews(cluster);
    List<Long> before = cluster.nodes().stream().map(HostileTrafficIT::changes).toList();
    Random random = new Random(20_260);
    for (NodeProcess node : cluster.nodes()) {
      Set<Integer> ports = Ports.listening(node.pid());
      assertFalse(ports.isEmpty());
      for (int port : ports) {
        long logBytes = node.errFile().toFile().length();

        bombard(port, preamble, random);

        long grown = node.errFile().toFile().length() - logBytes;
        assertTrue(grown < MAX_LOG_GROWTH_BYTES, node + " logged " + grown + " bytes");
      }
    }
    assertEquals(before, cluster.nodes().stream().map(HostileTrafficIT::changes).toList());
    assertEquals(200, reign.node().get("/ha/leader?role=main").statusCode());
    assertEquals(reign.epoch(), reign.node().leadership().orElseThrow().number("epoch"));
  }

  @Test
  void idleConnectionsDoNotKeepARestartingMemberOut() throws IOException {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign reign = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(reign);
    NodeProcess victim = cluster.others(reign.node()).get(0);
    victim.kill();
    List<Socket> idle = new ArrayList<>();
    try {
      for (NodeProcess node : cluster.others(victim)) {
        for (int port : Ports.listening(node.pid())) {
          for (int i = 0; i < IDLE_CONNECTIONS; i++) {
            idle.add(connect(port));
          }
        }
      }

      NodeProcess back = cluster.start(victim.name());

      await("it follows")
          .atMost(Duration.ofSeconds(10))
          .until(() -> back.knownLeader().equals(reign.node().name()));
      awaitFullViews(cluster);
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
    assertEquals(reign.epoch(), reign.node().leadership().orElseThrow().number("epoch"));
  }

  /** Sends all bytes, over as many connections as the other side makes necessary. */
  private static void bombard(int port, Preamble preamble, Random random) throws IOException {
    int sent = 0;
    for (int connections = 0; sent < TOTAL_BYTES && connections < MAX_CONNECTIONS; connections++) {
      try (Socket socket = connect(port)) {
        OutputStream out = socket.getOutputStream();
        if (preamble != Preamble.NOTHING) {
          out.write(jgroupsHello(port));
        }
        while (sent < TOTAL_BYTES) {
          out.write(chunk(preamble, random));
          sent += CHUNK_BYTES;
        }
      } catch (IOException e) {
        sent += CHUNK_BYTES; // cut off: the next connection goes on
      }
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
    return socket;
  }

  private static byte[] chunk(Preamble preamble, Random random) throws IOException {
    byte[] noise = new byte[CHUNK_BYTES];
    random.nextBytes(noise);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    if (preamble == Preamble.JGROUPS_FRAMES) {
      out.writeInt(noise.length);
    }
    out.write(noise);
    return bytes.toByteArray();
  }

  private static byte[] jgroupsHello(int port) throws IOException {
    IpAddress sender = new IpAddress(InetAddress.getLoopbackAddress(), port + 1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(Connection.cookie);
    out.writeShort(Version.version);
    out.writeShort(sender.serializedSize());
    sender.writeTo(out);
    return bytes.toByteArray();
  }

  private static void awaitFullViews(Cluster cluster) {
    await("all see all")
        .atMost(Duration.ofSeconds(10))
        .until(() -> cluster.nodes().stream().allMatch(HostileTrafficIT::seesAll));
  }

  private static boolean seesAll(NodeProcess node) {
    return node.last(e -> e.is("view"))
        .filter(view -> List.of("n1", "n2", "n3").equals(view.fields().get("members")))
        .isPresent();
  }

  private static long changes(NodeProcess node) {
    return node.events().stream()
        .filter(
            e ->
                List.of("view", "quorum", "elected", "revoked", "leader").contains(e.text("event")))
        .count();
  }
}

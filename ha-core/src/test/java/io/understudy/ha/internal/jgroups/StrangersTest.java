package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StrangersTest {
  private final Cluster cluster = new Cluster(3);

  @AfterEach
  void closeAll() {
    cluster.close();
  }

  @Test
  void anotherSecretIsReportedByWhoConnectsAndNoMessageCrosses() {
    Member n1 = cluster.member(1).start();
    Member n2 = cluster.member(2, c -> Member.withSecret(c, "not the same secret")).start();
    await().atMost(Cluster.LONG).until(() -> !n1.refusals.isEmpty() && !n2.refusals.isEmpty());
    Member n3 = cluster.member(3).start();
    await().atMost(Cluster.LONG).until(() -> n1.sees(n3) && n3.sees(n1));
    await().atMost(Cluster.LONG).until(() -> n2.refusals.size() >= 4);
    assertTrue(n2.refusals.element().contains("another secret"), n2.refusals::toString);
    assertEquals(0, n2.authentications.size() + n2.hellos.size() + n2.received.size());
    assertEquals(1, n1.hellos.size());
  }

  @Test
  void anotherClusterNameIsReportedByWhoConnectsAndNoMessageCrosses() {
    Member n1 = cluster.member(1).start();
    Member n2 = cluster.member(2, c -> Member.withCluster(c, "another")).start();
    await().atMost(Cluster.LONG).until(() -> !n1.refusals.isEmpty() && !n2.refusals.isEmpty());
    assertEquals(0, n1.authentications.size() + n1.hellos.size());
    assertEquals(0, n2.authentications.size() + n2.hellos.size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eightMegabytesOfRandomBytesMoveNothing(boolean jgroupsCookie) throws IOException {
    List<Member> members = cluster.formed();
    awaitOneView(members);
    String views = views(members);
    long seenSince = members.get(0).reachableNanos;
    byte[] random = new byte[100 * 1024];
    new Random(7).nextBytes(random);
    byte[] bytes = jgroupsCookie ? Primitives.concat(Stranger.JGROUPS_START, random) : random;
    for (int sent = 0; sent < 8 * 1024 * 1024; sent += bytes.length) {
      Stranger.pour(members.get(0).address(), bytes);
    }
    members.get(1).transport.send(members.get(0).id, members.get(1).message(1));
    await().atMost(Cluster.LONG).until(() -> members.get(0).received.size() == 1);
    assertEquals(views, views(members));
    assertEquals(seenSince, members.get(0).reachableNanos);
    List<String> warnings = cluster.warnings();
    assertTrue(warnings.size() <= 2, warnings::toString);
    assertTrue(warnings.stream().noneMatch(w -> w.contains("STACK TRACE")), warnings::toString);
  }

  private static void awaitOneView(List<Member> members) {
    await()
        .atMost(Cluster.LONG)
        .until(
            () ->
                members.stream().map(m -> m.transport.view()).distinct().count() == 1
                    && members.get(0).transport.view().contains("n3"));
  }

  private static String views(List<Member> members) {
    return members.stream().map(m -> m.transport.view()).toList().toString();
  }

  @Test
  void idleConnectionsKeepNoRestartingMemberOut() throws Exception {
    List<Member> members = cluster.formed();
    Member n1 = members.get(0);
    Member n2 = members.get(1);
    AtomicBoolean stop = new AtomicBoolean();
    List<Thread> idlers = new ArrayList<>();
    for (Member member : members) {
      for (int i = 0; i < 20; i++) {
        idlers.add(idle(member.address(), stop));
      }
    }
    try {
      members.get(2).transport.crash();
      await().atMost(Cluster.LONG).until(() -> n1.sees(n2) && n2.sees(n1));
      Member again = cluster.member(3).start();
      await().atMost(Cluster.LONG).until(() -> n1.sees(n2, again) && again.sees(n1, n2));
    } finally {
      stop.set(true);
      for (Thread idler : idlers) {
        idler.join();
      }
    }
  }

  /** Always has one connection on which it says nothing. */
  private static Thread idle(InetSocketAddress to, AtomicBoolean stop) {
    Thread thread =
        new Thread(
            () -> {
              while (!stop.get()) {
                try (Socket socket = new Socket()) {
                  socket.connect(to, 1000);
                  Stranger.readUntilClosed(socket);
                } catch (IOException e) {
                  Thread.onSpinWait();
                }
              }
            },
            "idler");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Test
  void anIdleConnectionIsClosedSoon() throws IOException {
    Member n1 = cluster.member(1).start();
    try (Socket socket = new Socket()) {
      socket.connect(n1.address());
      assertEquals(0, Stranger.readUntilClosed(socket));
    }
  }

  @Test
  void aFloodClosesItsOwnOldestConnections() throws IOException {
    Member n1 = cluster.member(1).start();
    List<Socket> flood = new ArrayList<>();
    try {
      for (int i = 0; i < 3 * Gatekeeper.MAX_PENDING_PER_SOURCE; i++) {
        Socket socket = new Socket();
        socket.connect(n1.address());
        flood.add(socket);
      }
      assertEquals(0, Stranger.readUntilClosed(flood.get(0)));
      Member n2 = cluster.member(2).start();
      await().atMost(Cluster.LONG).until(() -> n1.sees(n2) && n2.sees(n1));
    } finally {
      for (Socket socket : flood) {
        socket.close();
      }
    }
  }

  @Test
  void theRecordedBytesOfAWholeConnectionAreRefused() throws Exception {
    int recorderPort = FreePorts.of(1).get(0);
    Member n2 = cluster.member(2).start();
    try (Stranger.Recorder recorder = new Stranger.Recorder(recorderPort, n2.address())) {
      Member n1 =
          cluster.member(1, c -> Member.config("n1", c.bind().getPort(), List.of(recorderPort)));
      n1.start();
      await()
          .atMost(Cluster.LONG)
          .until(() -> recorder.longest().length > 2 * Handshake.SERVER_READS);
      n1.transport.crash();
      byte[] recorded = recorder.longest();
      int authenticated = n2.authentications.size();
      assertTrue(authenticated > 0);
      try (Socket replay = new Socket()) {
        replay.connect(n2.address());
        replay.getOutputStream().write(recorded);
        assertTrue(Stranger.readUntilClosed(replay) <= Handshake.ANSWER_BYTES + 1);
      }
      assertEquals(authenticated, n2.authentications.size());
    }
  }
}

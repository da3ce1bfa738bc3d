package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * A living process never ends a watched connection in good order, and what transports make of it.
 */
final class WatchersTest {
  private static final Duration WHILE = Duration.ofMillis(700);

  private final Cluster cluster = new Cluster(2);
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
    cluster.close();
  }

  @Test
  void aClosingMemberSaysGoodbyeAndResets() throws Exception {
    Member watched = cluster.member(1).start();
    try (Socket quiet = watching(watched)) {
      watched.close();
      assertIsReset(quiet);
    }
  }

  @Test
  void whoSaysSomethingIsResetToo() throws Exception {
    Member watched = cluster.member(1).start();
    try (Socket quiet = watching(watched)) {
      quiet.getOutputStream().write(7);
      assertIsReset(quiet);
    }
  }

  @Test
  void theOldestConnectionOfAMemberMakesRoom() throws Exception {
    Member watched = cluster.member(1).start();
    try (Socket first = watching(watched)) {
      List<Socket> more = new ArrayList<>();
      for (int i = 0; i < Watchers.MAX_PER_MEMBER; i++) {
        more.add(watching(watched));
      }
      assertIsReset(first);
      more.get(0).setSoTimeout(200);
      assertThrows(
          java.net.SocketTimeoutException.class, () -> more.get(0).getInputStream().read());
    }
  }

  /** After a goodbye, or without: the reset may overtake it. Never an orderly end. */
  private static void assertIsReset(Socket quiet) throws IOException {
    InputStream in = quiet.getInputStream();
    assertThrows(
        SocketException.class,
        () -> {
          for (int word = in.read(); word >= 0; word = in.read()) {
            assertEquals(Watchers.GOODBYE, word);
          }
        });
  }

  /** A raw connection of member n9 that is watched from here on. */
  private Socket watching(Member watched) throws IOException {
    LiveSockets live =
        new LiveSockets(
            ClusterKeys.of(Member.SECRET, "test"),
            new io.understudy.ha.internal.election.Life(io.understudy.ha.MemberId.of("n9"), 99),
            Duration.ofSeconds(30),
            new QuietObserver(),
            new RateLimitedLog(
                LoggerFactory.getLogger(WatchersTest.class), "n9", System::nanoTime));
    Socket socket = new Socket();
    open.add(socket);
    socket.connect(watched.address());
    new Greeting(socket, live, Handshake.Purpose.WATCH).exchange();
    socket.setSoTimeout(20_000);
    assertEquals(Watchers.WATCHED, socket.getInputStream().read());
    return socket;
  }

  @Test
  void aKilledMemberIsGoneBeforeItsDeathIsTold() throws Exception {
    Member n2 = cluster.member(2).start();
    ChildMember child = new ChildMember("n1", cluster.ports.get(0), cluster.ports, true);
    open.add(child);
    await().atMost(Cluster.LONG).until(() -> n2.transport.isWatching(child.life()));
    child.signal("KILL");
    await().atMost(Cluster.LONG).until(() -> n2.deaths.contains(child.life()));
    assertTrue(n2.transport.reachable().isEmpty(), n2.transport.reachable()::toString);
  }

  @Test
  void aMemberThatHasItOffProvesNothing() throws Exception {
    Member n2 = cluster.member(2, config -> Member.withCrashProof(config, false)).start();
    ChildMember child = new ChildMember("n1", cluster.ports.get(0), cluster.ports, true);
    open.add(child);
    await().atMost(Cluster.LONG).until(() -> n2.reachable.contains(child.life().member()));
    child.signal("KILL");
    await().atMost(Cluster.LONG).until(() -> n2.reachable.isEmpty());
    await().atMost(Cluster.LONG).during(WHILE).until(n2.deaths::isEmpty);
  }

  @Test
  void anotherLifeInTheSameProcessIsNoDeath() {
    Member n2 = cluster.member(2).start();
    Member first = cluster.member(1).start();
    await().atMost(Cluster.LONG).until(() -> n2.transport.isWatching(first.config.self()));
    first.close();
    Member second = cluster.member(1).start();
    await().atMost(Cluster.LONG).until(() -> n2.transport.isWatching(second.config.self()));
    second.transport.crash();
    await().atMost(Cluster.LONG).during(WHILE).until(n2.deaths::isEmpty);
  }
}

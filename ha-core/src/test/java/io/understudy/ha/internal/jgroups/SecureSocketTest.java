package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.FreePorts;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class SecureSocketTest {
  private static final ClusterKeys KEYS = ClusterKeys.of(Member.SECRET, "test");

  private final InetSocketAddress address = Member.local(FreePorts.of(1).get(0));
  private final Side one = new Side("n1", Duration.ofSeconds(30));
  private final Side two = new Side("n2", Duration.ofSeconds(30));

  /** One member's sockets and what they tell. */
  private static final class Side implements LinkObserver {
    final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
    final RateLimitedLog log =
        new RateLimitedLog(
            LoggerFactory.getLogger(SecureSocketTest.class), "test", System::nanoTime);
    final Life life;
    final LiveSockets live;
    final SecureSocketFactory factory;

    Side(String name, Duration patience) {
      life = new Life(MemberId.of(name), 1);
      live = new LiveSockets(KEYS, life, patience, this, log);
      factory = new SecureSocketFactory(live, log);
    }

    ServerSocket listen(InetSocketAddress at) throws IOException {
      return factory.createServerSocket("test", at.getPort(), 0, at.getAddress());
    }

    Socket connect(InetSocketAddress to) throws IOException {
      return factory.createSocket("test", to.getAddress(), to.getPort());
    }

    @Override
    public void authenticated(InetSocketAddress peer, Life other, boolean outgoing) {
      events.add((outgoing ? "to " : "from ") + other);
    }

    @Override
    public void refused(InetSocketAddress peer, String reason) {
      events.add("refused");
    }

    @Override
    public void sameMember(InetSocketAddress peer, Life other) {
      events.add("same member");
    }

    @Override
    public void disconnected(Life other) {
      events.add("lost " + other);
    }

    @Override
    public void word(byte[] sealed) {
      events.add("word");
    }

    @Override
    public void unreachable(InetSocketAddress peer) {
      events.add("unreachable");
    }
  }

  @AfterEach
  void close() throws IOException {
    one.factory.closeAll();
    two.factory.closeAll();
  }

  @Test
  void bytesComeThroughAndBothSidesKnowWhoItIs() throws Exception {
    ServerSocket server = one.listen(address);
    Socket client = two.connect(address);
    Socket accepted = server.accept();
    byte[] large = new byte[1_000_000];
    large[999_999] = 7;
    CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(client, large));
    assertArrayEquals(large, accepted.getInputStream().readNBytes(large.length));
    writer.get(20, TimeUnit.SECONDS);
    write(accepted, new byte[] {1, 2, 3});
    assertArrayEquals(new byte[] {1, 2, 3}, client.getInputStream().readNBytes(3));
    assertEquals(List.of("from n2/1"), List.copyOf(one.events));
    assertEquals(List.of("to n1/1"), List.copyOf(two.events));
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void theEndOfTheLastConnectionIsTold() throws Exception {
    ServerSocket server = one.listen(address);
    Socket first = two.connect(address);
    Socket second = two.connect(address);
    Socket acceptedFirst = server.accept();
    Socket acceptedSecond = server.accept();
    first.close();
    assertEquals(-1, acceptedFirst.getInputStream().read());
    acceptedFirst.close();
    assertEquals(List.of("from n2/1", "from n2/1"), List.copyOf(one.events));
    second.close();
    acceptedSecond.close();
    assertTrue(one.events.contains("lost n2/1"), one.events::toString);
    assertTrue(two.events.contains("lost n1/1"), two.events::toString);
  }

  @Test
  void aRefusedPortIsTold() {
    assertThrows(ConnectException.class, () -> two.connect(address));
    assertEquals(List.of("unreachable"), List.copyOf(two.events));
  }

  @Test
  void theCallersReadTimeoutIsObserved() throws Exception {
    one.listen(address);
    Socket client = two.connect(address);
    client.setSoTimeout(20);
    assertEquals(20, client.getSoTimeout());
    assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
  }

  @Test
  void aConnectionOnWhichNothingArrivesBreaks() throws Exception {
    ServerSocket server = one.listen(address);
    Side impatient = new Side("n3", Duration.ofMillis(50));
    Socket client = impatient.connect(address);
    server.accept();
    assertThrows(SocketException.class, () -> client.getInputStream().read());
    impatient.factory.closeAll();
  }

  @Test
  void aWriteThatNobodyReadsIsEnded() throws Exception {
    ServerSocket server = one.listen(address);
    Socket client = two.connect(address);
    server.accept();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(() -> write(client, new byte[100_000_000]));
    await()
        .atMost(Cluster.LONG)
        .until(
            () -> {
              two.live.closeStalled(System.nanoTime() + TimeUnit.SECONDS.toNanos(29));
              return writer.isDone();
            });
    assertTrue(writer.isCompletedExceptionally());
    assertTrue(client.isClosed());
  }

  @Test
  void nothingIsOpenedWithoutAuthentication() {
    assertThrows(SocketException.class, () -> two.factory.createDatagramSocket("test"));
    assertThrows(SocketException.class, () -> two.factory.createMulticastSocket("test"));
    assertThrows(SocketException.class, () -> two.factory.createSocketChannel("test"));
    assertThrows(SocketException.class, () -> two.factory.createServerSocketChannel("test"));
  }

  @Test
  void thePortIsFreeAfterClose() throws Exception {
    one.listen(address).close();
    try (ServerSocket again = two.listen(address)) {
      assertEquals(address.getPort(), again.getLocalPort());
    }
  }
}

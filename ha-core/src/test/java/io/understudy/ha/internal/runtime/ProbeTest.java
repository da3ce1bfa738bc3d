package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.ha.Connectivity;
import io.understudy.ha.FreePorts;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets and real children, on this machine. */
class ProbeTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @TempDir Path directory;

  // ---- TCP

  @Test
  void aPortThatListensIsReached() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      tcp("127.0.0.1", server.getLocalPort()).run();
      tcp("localhost", server.getLocalPort()).run();
    }
  }

  @Test
  void aPortThatDoesNotListenIsNotReached() {
    int port = FreePorts.of(1).get(0);
    IOException failure = assertThrows(IOException.class, () -> tcp("127.0.0.1", port).run());
    assertTrue(failure.getMessage().contains("refused"), failure::toString);
  }

  @Test
  void aNameThatDoesNotResolveIsNotReached() {
    IOException failure =
        assertThrows(IOException.class, () -> tcp("no-such-host.invalid", 80).run());
    assertTrue(
        failure.getMessage().contains("no-such-host.invalid does not resolve"), failure::toString);
  }

  @Test
  void aHostThatDoesNotAnswerIsGivenUpAtTheLimit() throws IOException {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Socket> fillers = new ArrayList<>();
      try {
        fill(full, fillers);
        TcpProbe probe = new TcpProbe(address("127.0.0.1", full.getLocalPort()), SECOND / 5);
        IOException failure = assertThrows(IOException.class, probe::run);
        assertTrue(failure.getMessage().contains("does not answer"), failure::toString);
      } finally {
        for (Socket filler : fillers) {
          filler.close();
        }
      }
    }
  }

  /** Linux drops the first packet of a connection when the queue of the listener is full. */
  private static void fill(ServerSocket full, List<Socket> fillers) {
    for (int i = 0; i < 8; i++) {
      Socket filler = new Socket();
      fillers.add(filler);
      try {
        filler.connect(full.getLocalSocketAddress(), 100);
      } catch (IOException e) {
        return;
      }
    }
  }

  private static TcpProbe tcp(String host, int port) {
    return new TcpProbe(address(host, port), 5 * SECOND);
  }

  private static InetSocketAddress address(String host, int port) {
    return InetSocketAddress.createUnresolved(host, port);
  }

  // ---- ping

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "localhost"})
  void theSystemsPingReachesThisMachine(String host) throws Exception {
    assumeTrue(isOnPath("ping"), "no ping on this machine: install iputils-ping or busybox");
    assumeTrue(!host.contains(":") || hasIpv6(), "no IPv6 on this machine");
    new PingProbe(PingProbe.PROGRAM, host, 10 * SECOND).run();
  }

  @Test
  void theSystemsPingDoesNotReachWhatHasNoName() {
    assumeTrue(isOnPath("ping"), "no ping on this machine: install iputils-ping or busybox");
    PingProbe probe = new PingProbe(PingProbe.PROGRAM, "no-such-host.invalid", 10 * SECOND);
    assertThrows(IOException.class, probe::run);
  }

  @Test
  void aMissingProgramIsToldWithWhatToInstall() {
    PingProbe probe = new PingProbe("no-such-ping", "127.0.0.1", SECOND);
    IOException failure = assertThrows(PingProbe.MissingProgramException.class, probe::run);
    assertTrue(failure.getMessage().contains("install iputils-ping"), failure::toString);
  }

  @Test
  void theStatusAndTheLastLineAreTold() throws IOException {
    String silent = script("echo '1 packets transmitted, 0 received'; exit 1");
    IOException failure =
        assertThrows(IOException.class, () -> new PingProbe(silent, "10.9.9.9", 10 * SECOND).run());
    assertEquals(
        "10.9.9.9 does not answer (ping: 1 packets transmitted, 0 received)", failure.getMessage());
    String forbidden = script("echo 'socket: Operation not permitted' >&2; exit 2");
    IOException other =
        assertThrows(
            IOException.class, () -> new PingProbe(forbidden, "10.9.9.9", 10 * SECOND).run());
    assertTrue(
        other.getMessage().contains("status 2: socket: Operation not permitted"), other::toString);
  }

  @Test
  void isAskedAsBothImplementationsUnderstand() throws Exception {
    Path said = directory.resolve("said");
    String program = script("printf '%s ' \"$@\" > " + said);
    new PingProbe(program, "10.9.9.9", SECOND + SECOND / 2).run();
    assertEquals("-n -c 1 -W 2 10.9.9.9", Files.readString(said).strip());
  }

  @Test
  void aChildThatHangsIsEndedAtTheLimitAndWhenNobodyWantsItAnyMore() throws Exception {
    Path pid = directory.resolve("pid");
    String program = script("echo $$ > " + pid + "; exec sleep 600");
    PingProbe probe = new PingProbe(program, "10.9.9.9", SECOND);
    assertThrows(IOException.class, probe::run);
    awaitEnd(pid);

    PingProbe patient = new PingProbe(program, "10.9.9.9", 600 * SECOND);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                patient.run();
              } catch (IOException | InterruptedException e) {
                thrown.set(e);
              }
            });
    Files.delete(pid);
    caller.start();
    await().until(() -> Files.exists(pid) && !Files.readString(pid).isBlank());
    caller.interrupt();
    caller.join();
    assertTrue(thrown.get() instanceof InterruptedException);
    awaitEnd(pid);
  }

  private static void awaitEnd(Path pid) throws IOException {
    long child = Long.parseLong(Files.readString(pid).strip());
    await().until(() -> ProcessHandle.of(child).map(handle -> !handle.isAlive()).orElse(true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-f", "a b", "a;b", "$(id)"})
  void whatIsNoHostIsNoTarget(String host) {
    assertThrows(IllegalArgumentException.class, () -> new Connectivity.Target.Ping(host));
  }

  private String script(String body) throws IOException {
    Path file = Files.createTempFile(directory, "ping", ".sh");
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return file.toString();
  }

  private static boolean isOnPath(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static boolean hasIpv6() {
    return Files.exists(Path.of("/proc/net/if_inet6")) && new File("/proc/net/if_inet6").canRead();
  }
}

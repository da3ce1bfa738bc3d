package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.HaEvent;
import io.understudy.ha.Leadership;
import io.understudy.ha.Timing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The election thread hangs in a system call for as long as the test likes: the file that it means
 * to write is a pipe that nobody reads.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs mkfifo and its blocking open")
@Timeout(120)
class HangingDiskTest {
  private static final Duration LEASE = Duration.ofSeconds(1);

  @TempDir Path directory;

  /**
   *
   *
   * <pre>
   * election thread  |== leads ==|  open(member.state.new) ........ hangs ........ | fails: new life
   * watcher          |           | stalled  | lease ends: revoked
   * others           |           |                | one leads
   * </pre>
   */
  @Test
  void aLeaderWhoseElectionHangsInTheDiskIsRevokedByTheWatcher() throws Exception {
    try (LocalNodes nodes = new LocalNodes(directory, Timing.ofLease(LEASE)).startAll()) {
      String first = nodes.awaitLeaderOtherThan("");
      Leadership leadership = nodes.role(first).leadership().orElseThrow();
      String revoked = "revoked " + first + " LEASE_EXPIRED in epoch " + leadership.epoch();
      Path pipe = nodes.state(first).resolve("member.state.new");
      run("mkfifo", pipe.toString());
      nodes.role(first).register().write(leadership, new byte[] {1});
      try {
        await().atMost(Duration.ofSeconds(30)).until(() -> nodes.told().contains(revoked));
        assertFalse(leadership.isValid());
        assertTrue(nodes.role(first).leader().isEmpty());
        assertTrue(nodes.hasEvent(first, HangingDiskTest::hangsWhileStoring));
        List<String> warnings = nodes.node(first).status().warnings();
        assertTrue(warnings.toString().contains("storing state in"), warnings::toString);
        assertEquals("n", nodes.awaitLeaderOtherThan(first).substring(0, 1));
      } finally {
        letItGo(pipe);
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> nodes.hasEvent(first, this::isBack));
      assertTrue(nodes.hasEvent(first, HaEvent.StoringSlow.class::isInstance));
      assertTrue(nodes.hasEvent(first, HangingDiskTest::hungAndGoesOn));
      assertEquals(
          1, nodes.told().stream().filter(revoked::equals).count(), nodes.told()::toString);
      assertEquals(List.of(), nodes.node(first).status().warnings());
    }
  }

  /** Who shuts down an application must not wait for a disk that may never answer. */
  @Test
  void aNodeWhoseDiskHangsCanBeClosed() throws Exception {
    try (LocalNodes nodes = new LocalNodes(directory, Timing.ofLease(LEASE)).startAll()) {
      String first = nodes.awaitLeaderOtherThan("");
      Path pipe = nodes.state(first).resolve("member.state.new");
      run("mkfifo", pipe.toString());
      nodes
          .role(first)
          .register()
          .write(nodes.role(first).leadership().orElseThrow(), new byte[] {1});
      try {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> nodes.hasEvent(first, HangingDiskTest::hangsWhileStoring));
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> nodes.node(first).close());
        assertThrows(
            HaConfigurationException.class, () -> FileStore.open(nodes.state(first)).close());
      } finally {
        letItGo(pipe);
      }
      await()
          .atMost(Duration.ofSeconds(10))
          .ignoreExceptions()
          .untilAsserted(() -> FileStore.open(nodes.state(first)).close());
    }
  }

  private static boolean hangsWhileStoring(HaEvent event) {
    return event instanceof HaEvent.Stalled stalled
        && stalled.scope() == HaEvent.Stalled.Scope.ELECTION
        && !stalled.over()
        && stalled.detail().startsWith("storing state in");
  }

  private static boolean hungAndGoesOn(HaEvent event) {
    return event instanceof HaEvent.Stalled stalled
        && stalled.scope() == HaEvent.Stalled.Scope.ELECTION
        && stalled.over();
  }

  private boolean isBack(HaEvent event) {
    return event instanceof HaEvent.ServiceChanged change && change.inService();
  }

  /** Whoever reads the pipe lets the writer in; a pipe cannot be forced to disk, so that fails. */
  private static void letItGo(Path pipe) throws IOException {
    try (InputStream in = Files.newInputStream(pipe)) {
      Files.delete(pipe);
      in.readAllBytes();
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }
}

package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.OperationRefusedException.Cause;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Secret;
import io.understudy.ha.Takeover;
import io.understudy.ha.Timing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What an operator says of a member that runs reaches one role, whatever the network does. Whole
 * nodes; only the network is in memory. n2 has restarted without r1 and r3, of which its last life
 * may have left something, and leads r2; n1 leads r1 and r3, and waits; n3 votes.
 */
@Execution(ExecutionMode.CONCURRENT) // whole nodes in memory, which mostly wait
class OperatorWordTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration LEASE = Duration.ofMillis(1500);
  private static final Duration STOP = Duration.ofHours(3); // the process is not to end by it
  private static final MemberId N1 = MemberId.of("n1");
  private static final MemberId N2 = MemberId.of("n2");

  @TempDir Path directory;

  private final MemoryNetwork network = new MemoryNetwork();
  private final Map<String, NodeRuntime> nodes = new TreeMap<>();
  private final Map<String, String> atWork = new ConcurrentHashMap<>();
  private final CountDownLatch mayStop = new CountDownLatch(1);
  private volatile boolean hangs;

  @AfterEach
  void close() {
    mayStop.countDown();
    network.heal();
    nodes.values().forEach(NodeRuntime::close);
  }

  /** Goes on when its process ends. */
  private final class Work implements Resource {
    private final String role;
    private final String member;

    Work(String role, String member) {
      this.role = role;
      this.member = member;
    }

    @Override
    public void start(Leadership leadership) {
      atWork.put(role, member);
    }

    @Override
    public void stop() throws InterruptedException {
      if (hangs) {
        mayStop.await();
      }
    }

    @Override
    public boolean outlivesProcess() {
      return true;
    }
  }

  private RoleSpec role(String role, String member, Duration stop) {
    ResourceGroup group = ResourceGroup.of("work", new Work(role, member)).within(stop, stop, stop);
    return RoleSpec.named(role).running(group).takenOver(Takeover.afterStop());
  }

  private void start(String name, String... roles) {
    Duration stop = Duration.ofSeconds(5);
    List<RoleSpec> specs = Arrays.stream(roles).map(role -> role(role, name, stop)).toList();
    start(name, specs);
  }

  private void start(String name, List<RoleSpec> roles) {
    HaConfig config =
        new HaConfig(
            "test",
            MemberId.of(name),
            List.of("n1", "n2", "n3").stream().map(RosterMember::parse).toList(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            List.of(),
            directory.resolve(name),
            Secret.of("a secret of some length"),
            Timing.ofLease(LEASE),
            false,
            true,
            roles,
            List.of());
    nodes.put(name, LocalNodes.start(config, network));
  }

  private void restartWithoutTwoOfThreeRoles() {
    start("n1"); // all must be there to found a cluster
    start("n2", "r1", "r2", "r3");
    start("n3");
    await().atMost(LONG).until(() -> atWork.size() == 3);
    network.isolate(N2);
    Path disk = directory.resolve("n2");
    Path atItsWork = copy(disk, directory.resolve("n2-at-its-work"));
    nodes.remove("n2").close();
    copy(atItsWork, disk); // as if it had been killed: nothing says that it stopped
    atWork.clear();
    network.heal();
    start("n2", "r2");
    declareAtN1("r1");
    declareAtN1("r3");
    await().atMost(LONG).until(() -> "n2".equals(atWork.get("r2")));
    awaitAdvice("r1");
    awaitAdvice("r3");
    declareAtN1("r2");
  }

  private static Path copy(Path from, Path to) {
    try (Stream<Path> files = Files.list(from)) {
      Files.createDirectories(to);
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return to;
  }

  private void declareAtN1(String role) {
    nodes.get("n1").declare(role(role, "n1", Duration.ofSeconds(5)));
  }

  private void awaitAdvice(String role) {
    await()
        .atMost(LONG)
        .until(
            () -> waiting(role),
            text -> text.contains("declare the role on n2") && text.contains("(confirmStopped)"));
  }

  private String waiting(String role) {
    return nodes.get("n1").status().roles().stream()
        .filter(status -> status.role().equals(role))
        .map(status -> status.waiting())
        .findFirst()
        .orElse("");
  }

  private Optional<LeaderInfo> leaderOfR2(String name) {
    return nodes.get(name).role("r2").orElseThrow().leader();
  }

  private CompletionStage<Void> stopped(String role) {
    return nodes.get("n1").operator("ann").confirmStopped(role, N2);
  }

  private static OperationRefusedException refusalOf(CompletionStage<?> stage) {
    CompletionException failed =
        assertThrows(CompletionException.class, () -> stage.toCompletableFuture().join());
    return (OperationRefusedException) failed.getCause();
  }

  /**
   * Two hear each other no more, and the third, who has promised n2 its vote for r2, hears both.
   */
  @Test
  void noElectionHearsOfItWhenTheMemberIsCutOff() {
    restartWithoutTwoOfThreeRoles();
    LeaderInfo before =
        await().atMost(LONG).until(() -> leaderOfR2("n2"), Optional::isPresent).orElseThrow();

    network.cut(N1, N2);
    assertTrue(waiting("r1").contains("(confirmStopped)"), waiting("r1"));
    assertEquals(
        Cause.NOT_OFF,
        assertThrows(OperationRefusedException.class, () -> nodes.get("n1").confirmFenced(N2))
            .refusal());
    stopped("r1").toCompletableFuture().join();

    await().atMost(LONG).until(() -> "n1".equals(atWork.get("r1")));
    await()
        .during(LEASE.multipliedBy(2))
        .atMost(LONG)
        .until(
            () ->
                nodes.get("n2").role("r2").orElseThrow().isLeader()
                    && leaderOfR2("n2").equals(Optional.of(before))
                    && "n2".equals(atWork.get("r2")));
  }

  @Test
  void noOtherRoleHearsOfIt() {
    restartWithoutTwoOfThreeRoles();

    stopped("r1").toCompletableFuture().join();

    await().atMost(LONG).until(() -> "n1".equals(atWork.get("r1")));
    await()
        .during(LEASE)
        .atMost(LONG)
        .until(() -> !atWork.containsKey("r3") && waiting("r3").contains("(confirmStopped)"));
    stopped("r3").toCompletableFuture().join();
    await().atMost(LONG).until(() -> "n1".equals(atWork.get("r3")));
  }

  /** It hears nobody then: that says nothing of them. */
  @Test
  void afterAPauseItIsRefusedUntilSilenceMeansSomething() {
    restartWithoutTwoOfThreeRoles();
    NodeElection election = nodes.get("n1").election();
    CountDownLatch pause = new CountDownLatch(1);
    election.execute(() -> awaitIt(pause));
    await().atMost(LONG).until(() -> !election.isAwake());
    OperatorWord word = new OperatorWord(N1, election);
    CompletableFuture<Void> off = election.does(() -> word.off(N2)); // as if it was silent before
    CompletableFuture<Void> stopped = stopped("r1").toCompletableFuture();

    pause.countDown();

    for (CompletableFuture<Void> asked : List.of(off, stopped)) {
      OperationRefusedException refused = refusalOf(asked);
      assertEquals(Cause.NOT_OFF, refused.refusal());
      assertTrue(refused.getMessage().contains("was paused or started"), refused.getMessage());
    }
    assertFalse(atWork.containsKey("r1"));
    await()
        .atMost(LONG)
        .ignoreException(CompletionException.class)
        .until(
            () -> {
              stopped("r1").toCompletableFuture().join();
              return true;
            });
    await().atMost(LONG).until(() -> "n1".equals(atWork.get("r1")));
  }

  private static void awaitIt(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The register names the life that runs, and that says itself when it has stopped. */
  @Test
  void itIsRefusedForAMemberThatHasDeclaredTheRole() {
    restartWithoutTwoOfThreeRoles();

    await("its register has arrived")
        .atMost(LONG)
        .until(
            () -> refusalOf(stopped("r2")).getMessage(),
            message -> message.contains("n2 runs and has declared the role"));

    assertEquals("n2", atWork.get("r2"));
  }

  /** The next process would begin beside what this one has at work. */
  @Test
  void theDirectoryStaysLockedWhileAGroupMayWork() {
    start("n1", List.of(role("r1", "n1", STOP)));
    start("n2");
    start("n3");
    await().atMost(LONG).until(() -> "n1".equals(atWork.get("r1")));
    hangs = true;
    NodeRuntime node = nodes.remove("n1");
    CountDownLatch closed = new CountDownLatch(1);

    // A thread that cannot wait for the group to stop.
    node.election()
        .execute(
            () -> {
              node.close();
              closed.countDown();
            });
    await().atMost(LONG).until(() -> closed.getCount() == 0);

    HaConfigurationException refused =
        assertThrows(HaConfigurationException.class, () -> FileStore.open(directory.resolve("n1")));
    assertTrue(String.valueOf(refused.getMessage()).contains("in use"), refused.getMessage());
  }
}

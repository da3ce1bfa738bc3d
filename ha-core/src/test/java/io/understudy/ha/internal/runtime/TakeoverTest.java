package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.LeaderInfo;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.Move;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.Role;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Secret;
import io.understudy.ha.Takeover;
import io.understudy.ha.Timing;
import io.understudy.ha.internal.exclusion.Header;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Whole nodes whose role may not be at work in two places; only the network is in memory. */
@Execution(ExecutionMode.CONCURRENT) // whole nodes in memory, which mostly wait
class TakeoverTest {
  private static final String ROLE = "main";
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration STOP = Duration.ofSeconds(3);
  private static final List<RosterMember> ROSTER =
      List.of("n1", "n2", "n3").stream().map(RosterMember::parse).toList();

  @TempDir Path directory;

  private final MemoryNetwork network = new MemoryNetwork();
  private final Map<String, NodeRuntime> nodes = new TreeMap<>();
  private final Map<String, Work> works = new TreeMap<>();
  private final List<HaEvent> events = new CopyOnWriteArrayList<>();
  private final List<String> overlaps = new CopyOnWriteArrayList<>();
  private volatile String atWork = "";

  @AfterEach
  void close() {
    works.values().forEach(work -> work.mayStop.countDown());
    nodes.values().forEach(NodeRuntime::close);
  }

  /** Notices when two are at work at once; its stop waits if it is told to. */
  private final class Work implements Resource {
    private final String name;
    private volatile boolean hangs;
    private volatile boolean broken;
    private volatile int starts;
    final CountDownLatch mayStop = new CountDownLatch(1);
    final CountDownLatch stops = new CountDownLatch(1);

    Work(String name) {
      this.name = name;
    }

    @Override
    public void start(Leadership leadership) {
      synchronized (TakeoverTest.this) {
        if (!atWork.isEmpty()) {
          overlaps.add(name + " starts while " + atWork + " works");
        }
        if (broken) {
          throw new IllegalStateException("no license");
        }
        atWork = name;
        starts++;
      }
    }

    @Override
    public void stop() throws InterruptedException {
      stops.countDown();
      if (hangs) {
        mayStop.await();
      }
      synchronized (TakeoverTest.this) {
        if (atWork.equals(name)) {
          atWork = "";
        }
      }
    }
  }

  private void startAll(Takeover takeover) {
    for (RosterMember entry : ROSTER) {
      MemberId self = entry.member();
      Work work = new Work(self.value());
      works.put(self.value(), work);
      ResourceGroup group =
          ResourceGroup.of("work", work).within(Duration.ofSeconds(5), Duration.ofSeconds(5), STOP);
      HaConfig config =
          new HaConfig(
              "test",
              self,
              ROSTER,
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
              List.of(),
              directory.resolve(self.value()),
              Secret.of("a secret of some length"),
              Timing.ofLease(Duration.ofMillis(1500)),
              false,
              true,
              List.of(RoleSpec.named(ROLE).running(group).takenOver(takeover)),
              List.of(events::add));
      nodes.put(self.value(), LocalNodes.start(config, network));
    }
  }

  private Role role(String name) {
    return nodes.get(name).role(ROLE).orElseThrow();
  }

  private String awaitWorkOtherThan(String excluded) {
    return await().atMost(LONG).until(() -> atWork, n -> !n.isEmpty() && !n.equals(excluded));
  }

  private String awaitLeaseOtherThan(String excluded) {
    return await()
        .atMost(LONG)
        .until(
            () ->
                nodes.keySet().stream()
                    .filter(n -> !n.equals(excluded) && !waiting(n).isEmpty())
                    .filter(n -> waiting(n).contains(excluded))
                    .findFirst()
                    .orElse(""),
            n -> !n.isEmpty());
  }

  private String waiting(String name) {
    return nodes.get(name).status().roles().get(0).waiting();
  }

  private boolean waited() {
    return events.stream().anyMatch(e -> e instanceof HaEvent.TakeoverWaiting w && w.waiting());
  }

  /** Three planned moves: nobody waits, nobody overlaps. */
  @Test
  void aPlannedMoveCostsNoWaiting() {
    startAll(Takeover.afterStop().requiringFence());
    String last = awaitWorkOtherThan("");
    for (int i = 0; i < 3; i++) {
      String from = last;
      await().atMost(LONG).until(() -> role(from).isLeader());
      String to = from.equals("n1") ? "n2" : "n1";
      await()
          .atMost(LONG)
          .ignoreExceptions() // refused until the successor has acknowledged a heartbeat
          .until(() -> role(from).handOver(MemberId.of(to)).toCompletableFuture().get() != null);
      last = awaitWorkOtherThan(from);
    }
    assertEquals(List.of(), overlaps);
    assertFalse(waited());
  }

  /**
   * It stops for a move, may not lead any more meanwhile, and then the move is refused. It must not
   * go on as after other refusals: the role goes to who may lead it.
   */
  @Test
  void doesNotGoOnAfterARefusedMoveIfItMayNotLeadAnyMore() {
    startAll(Takeover.afterStop());
    String first = awaitWorkOtherThan("");
    String to = first.equals("n1") ? "n2" : "n1";
    await().atMost(LONG).until(() -> role(first).isLeader());
    works.get(first).hangs = true;
    CompletableFuture<LeaderInfo> move = awaitMoveUnderWay(first, to);

    nodes.get(first).operator("ann").standby(true).toCompletableFuture().join();
    network.isolate(MemberId.of(to));
    works.get(first).mayStop.countDown();

    assertThrows(CompletionException.class, move::join);
    String next = awaitWorkOtherThan(first);
    assertEquals(1, works.get(first).starts);
    await().atMost(LONG).until(() -> role(next).isLeader());
    assertEquals(List.of(), overlaps);
  }

  /** Refused until the successor has acknowledged a heartbeat; then the stop hangs. */
  private CompletableFuture<LeaderInfo> awaitMoveUnderWay(String from, String to) {
    return await()
        .atMost(LONG)
        .until(
            () -> {
              CompletableFuture<LeaderInfo> move =
                  role(from).handOver(MemberId.of(to)).toCompletableFuture();
              await().until(() -> move.isDone() || works.get(from).stops.getCount() == 0);
              return move;
            },
            move -> !move.isDone());
  }

  /** A leader that is cut off, and whose stop hangs for a while. */
  @Test
  void waitsForALeaderThatIsCutOff() {
    startAll(Takeover.afterStop());
    String first = awaitWorkOtherThan("");
    works.get(first).hangs = true;
    network.isolate(MemberId.of(first));
    String second = awaitLeaseOtherThan(first);
    long wonNanos = System.nanoTime();
    assertFalse(role(second).isLeader());
    assertTrue(role(second).leadership().isEmpty());
    assertTrue(waiting(second).contains("begins in"), waiting(second));

    works.get(first).mayStop.countDown(); // else this process would end itself
    assertEquals(second, awaitWorkOtherThan(first));
    assertTrue(System.nanoTime() - wonNanos > STOP.toNanos(), "the time to stop had not passed");
    await().atMost(LONG).until(() -> role(second).isLeader() && waiting(second).isEmpty());
    assertEquals(List.of(), overlaps);
  }

  /** Its word is enough, whatever the role demands; here it comes when the network heals. */
  @Test
  void beginsWhenTheLastLeaderSaysThatItHasStopped() {
    startAll(Takeover.afterStop().requiringFence());
    String first = awaitWorkOtherThan("");
    network.isolate(MemberId.of(first));
    String second = awaitLeaseOtherThan(first);
    await().atMost(LONG).until(() -> atWork.isEmpty());
    assertFalse(role(second).isLeader());

    network.heal();

    assertEquals(second, awaitWorkOtherThan(first));
    assertEquals(List.of(), overlaps);
  }

  /** Neither time nor silence is enough where a fence is demanded. */
  @Test
  void waitsForTheWordOfAnOperatorWhereAFenceIsDemanded() {
    startAll(Takeover.afterStop().requiringFence());
    String first = awaitWorkOtherThan("");
    network.isolate(MemberId.of(first));
    String second = awaitLeaseOtherThan(first);
    assertTrue(waiting(second).contains("no fence hook is configured here"), waiting(second));
    assertTrue(waiting(second).contains("confirmFenced"), waiting(second));
    String warnings = nodes.get(second).status().warnings().toString();
    assertTrue(warnings.contains("role main: " + second + " leads, but does not work"), warnings);
    assertTrue(warnings.contains(first + " led in epoch"), warnings);
    String verdict = nodes.get(second).explain(ROLE).verdict();
    assertTrue(verdict.contains("confirmFenced") && verdict.contains("has waited for"), verdict);
    await() // longer than the time to stop
        .during(STOP.plusSeconds(3))
        .atMost(LONG)
        .until(() -> atWork.equals(first) || atWork.isEmpty());
    assertFalse(role(second).isLeader());
    assertTrue(waited());

    nodes.get(second).confirmFenced(MemberId.of(first));

    assertEquals(second, awaitWorkOtherThan(first));
    await().atMost(LONG).until(() -> role(second).isLeader());
    assertEquals(List.of(), overlaps);
    warnings = nodes.get(second).status().warnings().toString();
    assertFalse(warnings.contains("does not work"), warnings);
    assertTrue(warnings.contains("no fence hook is configured here"), warnings); // as before
  }

  /** It fails at one member and moves: that one knows why, another one who gave it up. */
  @Test
  void membersRememberWhyItMoved() {
    startAll(Takeover.atOnce());
    String first = awaitWorkOtherThan("");
    await().atMost(LONG).until(() -> role(first).isLeader());
    List<String> others = nodes.keySet().stream().filter(n -> !n.equals(first)).toList();
    String second = others.get(0);
    String third = others.get(1);
    works.get(second).broken = true;
    await()
        .atMost(LONG)
        .ignoreExceptions() // refused until the successor has acknowledged a heartbeat
        .until(() -> role(first).handOver(MemberId.of(second)).toCompletableFuture().get() != null);
    String next = awaitWorkOtherThan("");

    await().atMost(LONG).until(() -> lastMove(second).to().equals(member(next)));
    assertTrue(lastMove(second).reason().contains("resource work did not start"));
    await().atMost(LONG).until(() -> lastMove(third).to().equals(member(next)));
    assertTrue(lastMove(third).reason().startsWith(second + " gave it up"));
  }

  private static Optional<MemberId> member(String name) {
    return Optional.of(MemberId.of(name));
  }

  private Move lastMove(String name) {
    List<Move> moves = nodes.get(name).explain(ROLE).moves();
    return moves.get(moves.size() - 1);
  }

  /** The application sees its own bytes and nothing else, and keeps them over takeovers. */
  @Test
  void theRegisterShowsTheApplicationItsOwnBytes() {
    startAll(Takeover.afterStop());
    String first = awaitWorkOtherThan("");
    await().atMost(LONG).until(() -> role(first).isLeader());
    Leadership leadership = role(first).leadership().orElseThrow();
    role(first)
        .register()
        .write(leadership, "db-01".getBytes(StandardCharsets.UTF_8))
        .toCompletableFuture()
        .join();
    nodes.remove(first).close();
    String second = awaitWorkOtherThan(first);
    await().atMost(LONG).until(() -> role(second).isLeader());
    assertEquals("db-01", role(second).register().view().value().asText());
    assertFalse(waited());
    assertTrue(
        events.stream()
            .filter(HaEvent.RegisterCommitted.class::isInstance)
            .map(e -> ((HaEvent.RegisterCommitted) e).value())
            .allMatch(v -> v.bytes().length == 0 || v.asText().equals("db-01")));
  }

  @Test
  void refusesAValueForWhichThereIsNoRoom() {
    startAll(Takeover.afterStop());
    String first = awaitWorkOtherThan("");
    await().atMost(LONG).until(() -> role(first).isLeader());
    Leadership leadership = role(first).leadership().orElseThrow();
    byte[] tooLong = new byte[Header.MAX_VALUE_BYTES + 1];

    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () -> role(first).register().write(leadership, tooLong).toCompletableFuture().join());

    assertTrue(failure.getMessage().contains("at most 3968 bytes, not 3969"), failure.getMessage());
    byte[] largest = new byte[Header.MAX_VALUE_BYTES];
    role(first).register().write(leadership, largest).toCompletableFuture().join();
    RegisterValue seen = role(first).register().view().value();
    assertEquals(Header.MAX_VALUE_BYTES, seen.bytes().length);
  }
}

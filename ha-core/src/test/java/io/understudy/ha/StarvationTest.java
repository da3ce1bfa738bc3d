package io.understudy.ha;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the application does with its threads costs no leadership. */
class StarvationTest {
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final int LEASES = 8;
  private static final List<String> ROLES = List.of("a", "b", "c");

  @TempDir Path directory;

  private final List<HaNode> nodes = new ArrayList<>();
  private final List<Thread> busy = new ArrayList<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private final Map<String, Leadership> held = new ConcurrentHashMap<>();

  @AfterEach
  void close() {
    release.countDown();
    busy.forEach(Thread::interrupt);
    nodes.forEach(HaNode::close);
  }

  /**
   * Three members; every callback of every role and every subscriber blocks for ever, the common
   * pool's threads all block too, and four times as many threads compute as there are processors.
   */
  @Test
  void leadersStayWhileTheApplicationBlocksAndComputes() throws IOException {
    startThree();
    await().atMost(Duration.ofSeconds(30)).until(() -> held.keySet().containsAll(ROLES));
    Map<String, Leadership> before = Map.copyOf(held);
    blockTheCommonPool();
    compute();
    long began = System.nanoTime();
    await()
        .atMost(LEASE.multipliedBy(10L * LEASES))
        .failFast(() -> before.values().forEach(l -> assertTrue(l.isValid(), l::toString)))
        .until(() -> System.nanoTime() - began > LEASE.multipliedBy(LEASES).toNanos());
    assertEquals(before, held);
    before.values().forEach(leadership -> assertTrue(leadership.isValid(), leadership::toString));
  }

  private void blockTheCommonPool() {
    int more = ForkJoinPool.getCommonPoolParallelism() + 1;
    IntStream.range(0, more).forEach(i -> ForkJoinPool.commonPool().execute(this::block));
  }

  private void compute() {
    for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
      Thread thread = new Thread(StarvationTest::spin, "busy-" + i);
      thread.setDaemon(true);
      busy.add(thread);
      thread.start();
    }
  }

  private static void spin() {
    while (!Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }

  private void block() {
    try {
      release.await(5, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void startThree() throws IOException {
    List<Integer> ports = FreePorts.of(3);
    for (int i = 0; i < 3; i++) {
      HaNodeBuilder builder =
          HaNode.builder()
              .cluster("test")
              .member("n" + i)
              .roster("n0,n1,n2")
              .bind("127.0.0.1:" + ports.get(i))
              .state(directory.resolve("n" + i))
              .secret(Secret.of("three nodes share this secret"))
              .timing(Timing.ofLease(LEASE))
              .listener(event -> block());
      ports.forEach(port -> builder.peers("127.0.0.1:" + port));
      ROLES.forEach(role -> builder.role(RoleSpec.named(role).listening(blocking())));
      nodes.add(builder.start());
    }
  }

  private RoleListener blocking() {
    return new RoleListener() {
      @Override
      public void elected(Leadership leadership) {
        held.put(leadership.role(), leadership);
        block();
      }

      @Override
      public void revoked(Leadership leadership, RevokeReason reason) {
        held.remove(leadership.role(), leadership);
        block();
      }
    };
  }
}

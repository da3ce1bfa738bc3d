package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A group whose role is to move; the election is the test's own. */
class GroupMovesTest {
  private static final Duration LONG = Duration.ofSeconds(8);

  private final ExecutorService election = Executors.newSingleThreadExecutor();
  private final EventBus events = new EventBus("n1");
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final Lease lease =
      new Lease(System.nanoTime() + Duration.ofDays(1).toNanos(), Long.MAX_VALUE);

  /** Why the member may not lead, each time that it gives the role up. */
  private final List<String> resigned = new CopyOnWriteArrayList<>();

  private boolean startFails;
  private CountDownLatch mayStop = new CountDownLatch(0);

  private final GroupRuntime group =
      new GroupRuntime(
          RoleSpec.named("main").running(ResourceGroup.of("a", new Part())),
          MemberId.of("n1"),
          new GroupRuntime.Links(
              new Groups.Shared(
                  election::execute, events, new LastResort(), Answers.of("n1"), () -> {}),
              new RoleLinks(this::resign, () -> {}, Runnable::run, this::goOn),
              GroupWatch.NONE,
              new RunNotes("n1", Path.of("target", "none"))));

  private final class Part implements Resource {
    @Override
    public void start(Leadership leadership) {
      calls.add("start " + leadership.epoch());
      if (startFails) {
        throw new IllegalStateException("no");
      }
    }

    @Override
    public void stop() throws InterruptedException {
      calls.add("stop");
      mayStop.await();
    }
  }

  @AfterEach
  void close() {
    group.close();
    election.shutdownNow();
    events.close(0);
  }

  private void goOn() {
    group.resume();
  }

  private void lead(long epoch) {
    group.led(new Grant("main", epoch, lease), lease);
  }

  /** The election's answer to a role that is given up may be another leadership, at once. */
  private void resign(String reason) {
    resigned.add(group.ineligible());
    if (resigned.size() == 1) {
      group.lost();
      lead(2);
    }
  }

  private void awaitCalls(String... expected) {
    await().atMost(LONG).untilAsserted(() -> assertEquals(List.of(expected), List.copyOf(calls)));
  }

  /** An input that an output causes is dealt with when the outputs before it are. */
  @Test
  void dealsWithOneInputAfterTheOther() {
    startFails = true;

    election.execute(() -> lead(1));

    await().atMost(LONG).until(() -> resigned.size() == 2);
    assertEquals("", resigned.get(0));
    assertEquals(group.ineligible(), resigned.get(1));
    assertEquals(List.of("start 1", "stop"), calls);
  }

  /** Two people ask for a move. One is refused; that must not start the group under the other. */
  @Test
  void startsAgainWhenTheLastMoveIsRefused() throws Exception {
    List<CompletableFuture<Void>> moves = new ArrayList<>();
    List<CompletableFuture<Void>> asked = new ArrayList<>();
    election.execute(() -> lead(1));
    awaitCalls("start 1");
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Void> move = new CompletableFuture<>();
      moves.add(move);
      asked.add(group.stoppedFirst(() -> move).toCompletableFuture());
    }
    awaitCalls("start 1", "stop");

    moves.get(0).completeExceptionally(new IllegalStateException("refused"));

    await().atMost(LONG).until(() -> asked.get(0).isCompletedExceptionally());
    election.submit(() -> {}).get(LONG.toSeconds(), TimeUnit.SECONDS);
    awaitCalls("start 1", "stop");

    moves.get(1).completeExceptionally(new IllegalStateException("refused, too"));

    awaitCalls("start 1", "stop", "start 1");
  }

  /**
   * While it stops for a move the leadership ends, and this member leads again. Whoever waits for
   * the stop acts on it, so nothing may start before.
   */
  @Test
  void startsNothingForANewLeadershipWhileAMoveWaitsForTheStop() throws Exception {
    mayStop = new CountDownLatch(1);
    List<String> then = new CopyOnWriteArrayList<>();
    election.execute(() -> lead(1));
    awaitCalls("start 1");
    election.execute(() -> group.stopThen(() -> then.addAll(calls)));
    awaitCalls("start 1", "stop");
    election.execute(
        () -> {
          group.lost();
          lead(2);
        });

    mayStop.countDown();

    await().atMost(LONG).until(() -> !then.isEmpty());
    election.submit(() -> {}).get(LONG.toSeconds(), TimeUnit.SECONDS);
    assertEquals(List.of("start 1", "stop"), then);
    awaitCalls("start 1", "stop");
  }
}

package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class OutboxTest {
  private static final long MAX_AGE = 1000;

  private final AtomicLong clock = new AtomicLong();
  private final RateLimitedLog log =
      new RateLimitedLog(LoggerFactory.getLogger(OutboxTest.class), "test", clock::get);
  private final ConcurrentLinkedQueue<Integer> sent = new ConcurrentLinkedQueue<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Outbox outbox = new Outbox("outbox", this::send, log, MAX_AGE, clock::get).start();

  private void send(byte[] message) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sent.add((message[0] & 0xff) + 256 * (message[1] & 0xff));
  }

  private void offer(int number) {
    outbox.offer(new byte[] {(byte) number, (byte) (number >>> 8)});
  }

  @AfterEach
  void close() {
    gate.countDown();
    outbox.close(false);
  }

  @Test
  void messagesLeaveInOrder() {
    gate.countDown();
    IntStream.range(0, 100).forEach(this::offer);
    await().until(() -> sent.size() == 100);
    assertEquals(IntStream.range(0, 100).boxed().toList(), List.copyOf(sent));
  }

  @Test
  void theOldestIsLostWhenTheDestinationDoesNotTakeThem() throws InterruptedException {
    IntStream.range(0, 3 * Outbox.CAPACITY).forEach(this::offer);
    gate.countDown();
    outbox.awaitEmpty(clock.get() + TimeUnit.SECONDS.toNanos(20));
    await().until(() -> sent.contains(3 * Outbox.CAPACITY - 1));
    List<Integer> newest =
        IntStream.range(2 * Outbox.CAPACITY, 3 * Outbox.CAPACITY).boxed().toList();
    assertEquals(newest, List.copyOf(sent).subList(sent.size() - Outbox.CAPACITY, sent.size()));
  }

  @Test
  void whatHasWaitedTooLongIsNotSent() {
    offer(1); // waits at the gate, so it counts as being sent
    await().until(() -> outbox.size() == 0);
    offer(2);
    clock.addAndGet(MAX_AGE + 1);
    offer(3);
    gate.countDown();
    await().until(() -> sent.contains(3));
    assertEquals(List.of(1, 3), List.copyOf(sent));
  }

  @Test
  void aFailingWireEndsNothing() {
    Outbox failing =
        new Outbox(
                "failing",
                message -> {
                  if (message.length == 0) {
                    throw new IllegalStateException("broken wire");
                  }
                  sent.add(1);
                },
                log,
                MAX_AGE,
                clock::get)
            .start();
    failing.offer(new byte[0]);
    failing.offer(new byte[1]);
    await().until(() -> !sent.isEmpty());
    assertEquals(1, log.total(RateLimitedLog.Kind.UNSENT));
    failing.close(true);
  }
}

package io.understudy.ha.internal.jgroups;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for one destination, and the thread that sends them. Nobody waits for a
 * destination that does not read: the queue is bounded and loses its oldest message when full,
 * because of messages that are sent again and again the newest is worth most. What has waited too
 * long is not sent any more. Threadsafe.
 */
final class Outbox {
  static final int CAPACITY = 256;

  private final Queue<Waiting> queue = new ArrayDeque<>();
  private final Consumer<byte[]> wire;
  private final RateLimitedLog log;
  private final long maxAgeNanos;
  private final LongSupplier clock;
  private final Thread thread;
  private boolean closed;
  private boolean sending;

  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  private record Waiting(byte[] message, long sinceNanos) {}

  Outbox(
      String name,
      Consumer<byte[]> wire,
      RateLimitedLog log,
      long maxAgeNanos,
      LongSupplier clock) {
    this.wire = wire;
    this.log = log;
    this.maxAgeNanos = maxAgeNanos;
    this.clock = clock;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  Outbox start() {
    thread.start();
    return this;
  }

  /** Takes the message over; never blocks for longer than a queue operation. */
  void offer(byte[] message) {
    boolean lost;
    synchronized (this) {
      if (closed) {
        return;
      }
      lost = queue.size() >= CAPACITY;
      if (lost) {
        queue.remove();
      }
      queue.add(new Waiting(message, clock.getAsLong()));
      notifyAll();
    }
    if (lost) {
      log.warn(RateLimitedLog.Kind.UNSENT, thread.getName() + " is full");
    }
  }

  /** How many wait. */
  synchronized int size() {
    return queue.size();
  }

  /** Takes no more messages and ends the thread once the queue is empty, or at once. */
  synchronized void close(boolean sendRest) {
    closed = true;
    if (!sendRest) {
      queue.clear();
      thread.interrupt();
    }
    notifyAll();
  }

  /** Waits until everything is sent. */
  synchronized void awaitEmpty(long deadlineNanos) throws InterruptedException {
    while (!queue.isEmpty() || sending) {
      long leftNanos = deadlineNanos - clock.getAsLong();
      if (leftNanos <= 0) {
        return;
      }
      TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
    }
  }

  private void run() {
    try {
      for (Waiting next = take(); next != null; next = take()) {
        send(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(Waiting waiting) {
    if (clock.getAsLong() - waiting.sinceNanos() > maxAgeNanos) {
      log.warn(RateLimitedLog.Kind.UNSENT, thread.getName() + " could not send for too long");
      return;
    }
    try {
      wire.accept(waiting.message());
    } catch (RuntimeException e) {
      log.warn(RateLimitedLog.Kind.UNSENT, thread.getName() + ": " + e);
    }
  }

  private synchronized @Nullable Waiting take() throws InterruptedException {
    sending = false;
    notifyAll();
    while (queue.isEmpty()) {
      if (closed) {
        return null;
      }
      wait();
    }
    sending = true;
    return queue.remove();
  }
}

package io.understudy.ha.internal.jgroups;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Outbox} for each destination, as long as there is something to send to it. Threadsafe.
 */
final class Outboxes {
  private static final int MAX_DESTINATIONS = Codec.MAX_ELEMENTS;
  private static final Duration MEMORY = Duration.ofMinutes(10);

  private final LoadingCache<InetSocketAddress, Outbox> outboxes;

  /**
   * Without destinations.
   *
   * @param who whose they are, for names of threads
   * @param wire sends; may block, for one destination
   * @param maxAge how long a message may wait and is still sent
   */
  Outboxes(
      String who, BiConsumer<InetSocketAddress, byte[]> wire, Duration maxAge, RateLimitedLog log) {
    this.outboxes =
        Caffeine.newBuilder()
            .maximumSize(MAX_DESTINATIONS)
            .expireAfterAccess(MEMORY)
            .executor(Runnable::run)
            .removalListener((address, outbox, cause) -> discard((Outbox) outbox))
            .build(to -> open(who, to, bytes -> wire.accept(to, bytes), maxAge, log));
  }

  private static Outbox open(
      String who,
      InetSocketAddress to,
      Consumer<byte[]> wire,
      Duration maxAge,
      RateLimitedLog log) {
    String name = "understudy-send-" + who + "-" + to.getPort();
    return new Outbox(name, wire, log, maxAge.toNanos(), System::nanoTime).start();
  }

  /** Takes a message for a destination; never blocks. */
  void offer(InetSocketAddress to, byte[] message) {
    outboxes.get(to).offer(message);
  }

  /** Takes no more messages and waits until the rest is sent, but not for longer than that. */
  void finish(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    outboxes.asMap().values().forEach(outbox -> outbox.close(true));
    try {
      for (Outbox outbox : outboxes.asMap().values()) {
        outbox.awaitEmpty(deadline);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends all, with whatever they hold. */
  void discardAll() {
    outboxes.asMap().values().forEach(Outboxes::discard);
  }

  private static void discard(@Nullable Outbox outbox) {
    if (outbox != null) {
      outbox.close(false);
    }
  }
}

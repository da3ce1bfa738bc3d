package io.understudy.samples.gameday;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The client's own book: every request and what came of it. Threadsafe. */
final class Ledger {
  private final List<Attempt> attempts = new ArrayList<>(); // guarded by this

  synchronized void add(Attempt attempt) {
    attempts.add(attempt);
    notifyAll();
  }

  /** All requests up to now, in the order of their ends. */
  synchronized List<Attempt> all() {
    return List.copyOf(attempts);
  }

  /** The requests that ended in a span of time, in the order of their ends. */
  List<Attempt> between(long fromNanos, long untilNanos) {
    return all().stream()
        .filter(it -> it.doneNanos() - fromNanos >= 0 && it.doneNanos() - untilNanos < 0)
        .toList();
  }

  /** Waits until an order is acknowledged. */
  synchronized boolean awaitAcknowledged(Duration timeout) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    int seen = attempts.size();
    while (attempts.subList(seen, attempts.size()).stream().noneMatch(Attempt::isAcknowledged)) {
      seen = attempts.size();
      long leftNanos = deadlineNanos - System.nanoTime();
      if (leftNanos <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
    }
    return true;
  }

  /**
   * The longest time without an acknowledged order.
   *
   * @param attempts requests in any order
   * @param fromNanos where the time begins
   * @param untilNanos where it ends
   */
  static long longestGapNanos(List<Attempt> attempts, long fromNanos, long untilNanos) {
    long longest = 0;
    long last = fromNanos;
    List<Long> answers =
        attempts.stream()
            .filter(Attempt::isAcknowledged)
            .map(Attempt::doneNanos)
            .sorted(Long::compare)
            .toList();
    for (long answer : answers) {
      longest = Math.max(longest, answer - last);
      last = answer;
    }
    return Math.max(longest, untilNanos - last);
  }

  /** Ids that were acknowledged for two orders. */
  static Set<Long> duplicateIds(List<Attempt> attempts) {
    Map<Long, String> first = new HashMap<>();
    Set<Long> duplicates = new HashSet<>();
    for (Attempt attempt : attempts) {
      if (attempt.isAcknowledged()) {
        String known = first.putIfAbsent(attempt.id(), attempt.reference());
        if (known != null) {
          duplicates.add(attempt.id());
        }
      }
    }
    return duplicates;
  }
}

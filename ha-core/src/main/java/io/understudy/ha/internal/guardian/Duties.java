package io.understudy.ha.internal.guardian;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** All that the guardian was told to watch. Threadsafe: one thread is told, another one watches. */
final class Duties {
  private final Map<String, Duty> byRole = new ConcurrentHashMap<>();
  private final Thread watcher;
  private volatile long awaitedNanos;
  private volatile boolean bye;
  private volatile boolean ended;

  Duties(Thread watcher) {
    this.watcher = watcher;
  }

  // ---- who is told -----------------------------------------------------------------------------

  /** Heeds a message; false if it is none that changes duties. */
  boolean heed(List<String> message) {
    Iterator<String> fields = message.iterator();
    switch (fields.next()) {
      case Protocol.DUTY -> take(Duty.readFrom(fields));
      case Protocol.DEADLINE -> {
        Duty before = byRole.get(fields.next());
        if (before == null) {
          throw new IllegalArgumentException("a deadline of a role that is not watched");
        }
        take(before.until(Long.parseLong(fields.next())));
      }
      case Protocol.CLEAR -> byRole.remove(fields.next());
      case Protocol.BYE -> bye = true;
      default -> {
        return false;
      }
    }
    return true;
  }

  private void take(Duty duty) {
    byRole.put(duty.role(), duty);
    if (duty.deadlineNanos() != Duty.NEVER && duty.deadlineNanos() - awaitedNanos < 0) {
      LockSupport.unpark(watcher);
    }
  }

  /** The pipe has ended. */
  void end() {
    ended = true;
    LockSupport.unpark(watcher);
  }

  // ---- who watches -----------------------------------------------------------------------------

  /** Waits until that time, an earlier deadline, or the end of the pipe. */
  void await(long untilNanos) {
    awaitedNanos = untilNanos; // before it looks: who comes after the look wakes it
    Duty next = next();
    long until = untilNanos;
    if (next != null && next.deadlineNanos() - until < 0) {
      until = next.deadlineNanos();
    }
    long left = until - System.nanoTime();
    if (left > 0 && !ended) {
      LockSupport.parkNanos(this, left);
    }
  }

  /** Whose deadline comes first; null if there is none. */
  @Nullable Duty next() {
    Duty first = null;
    for (Duty duty : byRole.values()) {
      if (duty.deadlineNanos() != Duty.NEVER
          && (first == null || duty.deadlineNanos() - first.deadlineNanos() < 0)) {
        first = duty;
      }
    }
    return first;
  }

  /** Those with something to stop that outlives the parent. */
  List<Duty> toStop() {
    List<Duty> found = new ArrayList<>();
    for (Duty duty : byRole.values()) {
      if (!duty.orders().isEmpty()) {
        found.add(duty);
      }
    }
    return found;
  }

  boolean saidBye() {
    return bye;
  }

  boolean hasEnded() {
    return ended;
  }
}

package io.understudy.jdbc.internal.connection;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * The connections that are out, so that they can be aborted. A fixed array of slots that threads
 * claim by compare-and-set, starting where few others do: no lock, and no allocation per borrow.
 * What finds no slot nearby goes to a set. Threadsafe.
 */
final class Borrowed {
  private static final int SLOTS = 1024;
  private static final int TRIES = 64;
  private static final int NO_SLOT = -1;

  private final AtomicReferenceArray<GuardedConnection> slots = new AtomicReferenceArray<>(SLOTS);
  private final Set<GuardedConnection> overflow = ConcurrentHashMap.newKeySet();

  int add(GuardedConnection connection) {
    int start = (int) ((Thread.currentThread().getId() * 0x9E3779B9L) >>> 16);
    for (int i = 0; i < TRIES; i++) {
      int slot = (start + i) & (SLOTS - 1);
      if (slots.get(slot) == null && slots.compareAndSet(slot, null, connection)) {
        return slot;
      }
    }
    overflow.add(connection);
    return NO_SLOT;
  }

  void remove(GuardedConnection connection, int slot) {
    if (slot == NO_SLOT) {
      overflow.remove(connection);
    } else {
      slots.lazySet(slot, null); // a late look finds a connection that is closed: harmless
    }
  }

  void forEach(Consumer<GuardedConnection> action) {
    for (int i = 0; i < SLOTS; i++) {
      GuardedConnection connection = slots.get(i);
      if (connection != null) {
        action.accept(connection);
      }
    }
    overflow.forEach(action);
  }
}

package io.understudy.ha.internal.runtime;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Deals with things one after the other: what one causes comes when it is done. Each is dealt with,
 * whatever another throws; the last failure is thrown at the end. For one thread.
 *
 * @param <T> what is dealt with
 */
final class OneByOne<T> {
  private final Consumer<T> dealing;
  private final Queue<T> waiting = new ArrayDeque<>();
  private boolean busy;

  OneByOne(Consumer<T> dealing) {
    this.dealing = dealing;
  }

  void take(T next) {
    waiting.add(next);
    if (!busy) {
      busy = true;
      try {
        takeAll();
      } finally {
        busy = false;
      }
    }
  }

  private void takeAll() {
    T next = waiting.poll();
    if (next != null) {
      try {
        dealing.accept(next);
      } finally {
        takeAll();
      }
    }
  }

  /** Each of them, whatever one throws. */
  static <T> void each(Iterator<T> things, Consumer<T> dealing) {
    if (things.hasNext()) {
      try {
        dealing.accept(things.next());
      } finally {
        each(things, dealing);
      }
    }
  }
}

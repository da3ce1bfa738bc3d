package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.election.Input;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What the machines of one life still have to take in, in order of arrival, and the instant at
 * which they do: all that happens in a turn happens at the moment at which it began. One thread at
 * a time.
 */
final class Agenda {
  private final Ports clock;
  private final Queue<Item> pending = new ArrayDeque<>();
  private final Queue<Item> urgent = new ArrayDeque<>();
  private boolean inTurn;
  private long turnNanos;

  /** An input that waits for its machine. */
  record Item(String role, Input input) {}

  Agenda(Ports clock) {
    this.clock = clock;
  }

  void add(String role, Input input) {
    pending.add(new Item(role, input));
  }

  /** Comes right after what is being done, before all that has arrived. */
  void addUrgent(String role, Input input) {
    urgent.add(new Item(role, input));
  }

  /** Whether there is something to do, and nobody does it already. */
  boolean isDue() {
    return !inTurn && !pending.isEmpty();
  }

  boolean isEmpty() {
    return pending.isEmpty() && urgent.isEmpty();
  }

  /** What is taken from now on happens now. */
  void beginTurn() {
    inTurn = true;
    turnNanos = clock.nanos();
  }

  void endTurn() {
    inTurn = false;
  }

  /** The next input; null if nothing is left. */
  @Nullable Item poll() {
    Item first = urgent.poll();
    return first == null ? pending.poll() : first;
  }

  /** Nobody will take it any more. */
  void clear() {
    pending.clear();
    urgent.clear();
  }

  /** The instant of the turn; the clock's between turns. */
  long nanos() {
    return inTurn ? turnNanos : clock.nanos();
  }
}

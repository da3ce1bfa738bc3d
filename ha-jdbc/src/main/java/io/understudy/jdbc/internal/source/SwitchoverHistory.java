package io.understudy.jdbc.internal.source;

import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.internal.director.SwitchoverDesk;
import io.understudy.jdbc.internal.routing.DirectorState;
import io.understudy.jdbc.internal.routing.Switchover;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The planned changes that this JVM directed or heard of, the newest last. It outlives the
 * leaderships of this JVM and not the JVM: a register is no place for a log. Threadsafe.
 */
final class SwitchoverHistory {
  static final int LENGTH = 20;

  private static final String LEFT =
      "this JVM directs no longer; the next director finishes it or rolls it back";

  private final String self;
  private final Deque<SwitchoverResult> ended = new ArrayDeque<>(); // guarded by this
  private long newestAskedNanos; // guarded by this

  SwitchoverHistory(String self) {
    this.self = self;
  }

  /** A director has taken a step. */
  void observe(DirectorState before, DirectorState after) {
    after
        .switchover()
        .filter(it -> !it.isUnderWay() && before.switchover().filter(it::equals).isEmpty())
        .ifPresent(it -> add(it, after));
  }

  /** A director directs no longer, and this is how it left. */
  void leave(DirectorState last) {
    last.switchover()
        .filter(Switchover::isUnderWay)
        .ifPresent(it -> add(it.ended(Outcome.LEFT_TO_SUCCESSOR, LEFT), last));
  }

  private synchronized void add(Switchover switchover, DirectorState state) {
    boolean again = !ended.isEmpty() && newestAskedNanos == switchover.askedNanos();
    if (again && ended.getLast().director().equals(self)) {
      ended.removeLast(); // it ended after all, while its director was already leaving
    }
    newestAskedNanos = switchover.askedNanos();
    add(SwitchoverDesk.result(switchover, state, self));
  }

  /** Another member directed it, and has told what came of it. */
  synchronized void add(SwitchoverResult result) {
    if (ended.size() == LENGTH) {
      ended.removeFirst();
    }
    ended.addLast(result);
  }

  synchronized List<SwitchoverResult> all() {
    return List.copyOf(ended);
  }
}

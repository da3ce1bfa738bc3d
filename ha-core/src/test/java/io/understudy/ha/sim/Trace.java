package io.understudy.ha.sim;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of what happened. Kept only when a failed seed is run again. */
final class Trace {
  private static final int LINES = Integer.getInteger("sim.trace", 60);

  private final Deque<String> lines = new ArrayDeque<>();

  void add(long nowNanos, String who, String what) {
    if (lines.size() == LINES) {
      lines.removeFirst();
    }
    lines.addLast(String.format("%12.6f s  %-8s %s", nowNanos / 1e9, who, what));
  }

  String text() {
    return String.join(System.lineSeparator(), lines);
  }
}

package io.understudy.ha.internal.runtime;

import java.util.concurrent.TimeUnit;

/** This process' two clocks. */
final class Clocks {
  /** Two clock reads further apart than this were interrupted and are taken again. */
  private static final long STEADY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int TRIES = 4;

  private Clocks() {}

  /** Reads both at one moment, as far as that can be. */
  static ClockWatch.Reading read() {
    long before = System.nanoTime();
    for (int i = 1; ; i++) {
      long wallMillis = System.currentTimeMillis();
      long after = System.nanoTime();
      if (after - before < STEADY_NANOS || i == TRIES) {
        return new ClockWatch.Reading(after, wallMillis); // late nanos make leases end early
      }
      before = after;
    }
  }
}

package io.understudy.ha.internal.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds out what stood still from what a watcher sees each time it looks. A watcher that itself
 * comes late was held up with the whole process, or at least had no processor; one that comes in
 * time and finds the election thread where it was sees that thread hang. One thread at a time;
 * reads no clock.
 */
final class StallDetector {
  private final long thresholdNanos;
  private final long periodNanos;
  private long lookedNanos;
  private long excusedUntilNanos;
  private boolean hanging;
  private long hangingTurnNanos;

  /**
   * Something stood still.
   *
   * @param electionOnly whether only the election thread did
   * @param lengthNanos for how long, so far if it is not over
   * @param over whether it goes on again
   * @param doing what the election thread was doing
   */
  record Stall(boolean electionOnly, long lengthNanos, boolean over, Activity.Doing doing) {}

  /**
   * Begins to watch.
   *
   * @param thresholdNanos shorter stalls are not told
   * @param periodNanos how often the watcher means to look
   * @param nowNanos now
   */
  StallDetector(long thresholdNanos, long periodNanos, long nowNanos) {
    this.thresholdNanos = thresholdNanos;
    this.periodNanos = periodNanos;
    this.lookedNanos = nowNanos;
    this.excusedUntilNanos = nowNanos;
  }

  /** What the watcher finds now. */
  List<Stall> look(long nowNanos, Activity.Doing doing) {
    List<Stall> found = new ArrayList<>(2);
    long lateNanos = nowNanos - lookedNanos - periodNanos;
    lookedNanos = nowNanos;
    if (lateNanos > thresholdNanos) {
      found.add(new Stall(false, lateNanos, true, doing));
      excusedUntilNanos = nowNanos; // the election thread could not do better
    }
    if (hanging && doing.turnNanos() != hangingTurnNanos) {
      hanging = false;
      found.add(new Stall(true, nowNanos - hangingTurnNanos, true, doing));
    }
    long excusedNanos = excusedUntilNanos - doing.turnNanos();
    long inTurnNanos = nowNanos - doing.turnNanos() - Math.max(0, excusedNanos);
    if (!hanging && inTurnNanos > thresholdNanos) {
      hanging = true;
      hangingTurnNanos = doing.turnNanos();
      found.add(new Stall(true, inTurnNanos, false, doing));
    }
    return found;
  }

  /** Whether the election thread hangs, as far as was seen. */
  boolean isElectionHanging() {
    return hanging;
  }
}

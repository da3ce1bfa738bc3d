package io.understudy.ha.internal.runtime;

/**
 * What the election thread does now, for those who watch it. Written by that thread alone, read by
 * all.
 */
final class Activity {
  static final String WAITING = "waiting for the processor";
  static final String DECIDING = "deciding";

  private volatile Doing doing = new Doing(DECIDING, System.nanoTime(), System.nanoTime());

  /**
   * What it does.
   *
   * @param what in words
   * @param sinceNanos since when
   * @param turnNanos when the turn began that this belongs to; for a thread that sleeps, when it
   *     should wake
   */
  record Doing(String what, long sinceNanos, long turnNanos) {}

  /** A turn begins, or will at that time. */
  void turn(String what, long atNanos) {
    doing = new Doing(what, atNanos, atNanos);
  }

  /** Something begins that may take long; returns what to go {@link #back} to. */
  Doing enter(String what) {
    Doing before = doing;
    doing = new Doing(what, System.nanoTime(), before.turnNanos());
    return before;
  }

  /** It is over. */
  void back(Doing before) {
    doing = before;
  }

  Doing now() {
    return doing;
  }
}

package io.understudy.ha.internal.placement;

/** Times as people read them. */
final class Seconds {
  private static final long NANOS_PER_TENTH = 100_000_000L;

  private Seconds() {}

  /** In seconds with a tenth, rounded up: nobody waits for "0 s". */
  static String of(long nanos) {
    long tenths = Math.max(0, (nanos + NANOS_PER_TENTH - 1) / NANOS_PER_TENTH);
    return tenths % 10 == 0 ? tenths / 10 + " s" : tenths / 10 + "." + tenths % 10 + " s";
  }
}

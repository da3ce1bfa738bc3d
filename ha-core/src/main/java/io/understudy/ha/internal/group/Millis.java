package io.understudy.ha.internal.group;

/** Nanoseconds for people. */
final class Millis {
  private static final long NANOS = 1_000_000;

  private Millis() {}

  static long of(long nanos) {
    return nanos / NANOS;
  }
}

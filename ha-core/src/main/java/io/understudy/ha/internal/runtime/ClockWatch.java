package io.understudy.ha.internal.runtime;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Notices from both clocks what this process missed. A pause shows in the monotonic clock: it went
 * on between two looks. A suspended machine shows in the wall clock: it ran ahead of the monotonic
 * one, which stood still. Asked before everything the election does, in production and in the
 * simulator; reads no clock itself. One thread at a time, but for {@link #sinceLookNanos}.
 *
 * <p>What was measured with a monotonic clock that stood still must not be relied on. So a jump of
 * the wall clock ends the life, like a lost disk. A jump within the tolerance does not, and must
 * not lengthen a lease either: a lease begins when its round was sent, so its end on the wall clock
 * is reckoned with the least lead of the wall clock that was seen within the last lease.
 */
public final class ClockWatch {
  private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long MIN_TOLERANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int TOLERANCES_PER_LEASE = 16;
  private static final int SPANS_PER_LEASE = 4;

  private final long leaseNanos;
  private final long toleranceNanos;
  private volatile long lookedNanos;
  private long wallLeadNanos;
  private long spanBeganNanos;

  /** The least lead in each span of the last lease, the latest first. */
  private final long[] leastLeadNanos = new long[SPANS_PER_LEASE + 1];

  /**
   * What both clocks showed at one moment.
   *
   * @param nanos the monotonic clock
   * @param wallMillis the wall clock
   */
  public record Reading(long nanos, long wallMillis) {
    private long wallLeadNanos() {
      return wallMillis * NANOS_PER_MILLI - nanos; // may overflow, like nanos itself
    }
  }

  /**
   * What was missed since the last look.
   *
   * @param pausedNanos how long this process did not look, if that is longer than a lease; else 0:
   *     then it knows nothing of the others any more
   * @param wallJumpMillis by how much the wall clock jumped, below 0 for backward; 0 for less than
   *     the tolerance. After a jump ahead the life is over
   */
  public record Missed(long pausedNanos, long wallJumpMillis) {}

  /**
   * Begins to watch.
   *
   * @param leaseNanos a wall clock that runs ahead by a sixteenth of it, or by 50 ms if that is
   *     more, was set, or the machine slept
   * @param now both clocks
   */
  public ClockWatch(long leaseNanos, Reading now) {
    this.leaseNanos = leaseNanos;
    this.toleranceNanos = Math.max(MIN_TOLERANCE_NANOS, leaseNanos / TOLERANCES_PER_LEASE);
    begin(now);
  }

  /**
   * Begins anew, before the first lease: what passed until then, usually while classes were loaded,
   * is no pause.
   */
  final void begin(Reading now) {
    this.lookedNanos = now.nanos();
    this.spanBeganNanos = now.nanos();
    this.wallLeadNanos = now.wallLeadNanos();
    Arrays.fill(leastLeadNanos, wallLeadNanos);
  }

  /** Takes a look. */
  public Missed look(Reading now) {
    long sinceNanos = now.nanos() - lookedNanos;
    long jumpNanos = now.wallLeadNanos() - wallLeadNanos;
    lookedNanos = now.nanos();
    wallLeadNanos = now.wallLeadNanos();
    remember(now);
    return new Missed(
        sinceNanos > leaseNanos ? sinceNanos : 0,
        Math.abs(jumpNanos) > toleranceNanos ? jumpNanos / NANOS_PER_MILLI : 0);
  }

  private void remember(Reading now) {
    if (now.nanos() - spanBeganNanos >= leaseNanos / SPANS_PER_LEASE) {
      System.arraycopy(leastLeadNanos, 0, leastLeadNanos, 1, SPANS_PER_LEASE);
      leastLeadNanos[0] = wallLeadNanos;
      spanBeganNanos = now.nanos();
    } else if (wallLeadNanos - leastLeadNanos[0] < 0) {
      leastLeadNanos[0] = wallLeadNanos;
    }
  }

  /** A lease, or a permit, that ends then and began at most a lease earlier; on both clocks. */
  public Lease lease(long untilNanos) {
    long least = leastLeadNanos[0];
    for (long lead : leastLeadNanos) {
      least = lead - least < 0 ? lead : least;
    }
    return new Lease(untilNanos, Math.floorDiv(untilNanos + least, NANOS_PER_MILLI));
  }

  /** How long ago the last look was. */
  long sinceLookNanos(long nowNanos) {
    return nowNanos - lookedNanos;
  }
}

package io.understudy.ha.internal.runtime;

import io.understudy.ha.Takeover;
import io.understudy.ha.internal.group.GroupStep;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When the process must end because a group has not stopped. Written by the election thread; read
 * by the {@link DeadlineGuard} without a lock and without allocating anything.
 *
 * <p>The monotonic clock decides. If the next leader begins by time alone, the wall clock does too:
 * while a virtual machine is suspended its monotonic clock may stand still, and the next leader
 * does not wait for it. The wall clock jumps when it wakes, and what was left of the time to stop
 * is over by that jump. Nobody can tell this jump from one that an administrator made, so for such
 * roles either ends the process; for the others, where the epoch keeps two leaders apart, neither
 * does.
 */
final class StopDeadline {
  private static final long NO_WALL = Long.MAX_VALUE;

  private final long stopNanos;
  private final boolean byWall;
  private volatile long atNanos = GroupStep.NEVER;
  private volatile long atWallMillis = NO_WALL;

  /** What the machine watches, and what the wall clock showed when it began to. */
  private long stopByNanos = GroupStep.NEVER;

  private long stopByWallMillis = NO_WALL;

  /**
   * Nothing is at work.
   *
   * @param stopNanos how long the group may take to stop
   * @param byWall whether the next leader begins by time alone
   */
  StopDeadline(long stopNanos, boolean byWall) {
    this.stopNanos = stopNanos;
    this.byWall = byWall;
  }

  /**
   * Nothing is at work. Where a fence is required nobody begins by time, so a wall clock that was
   * set ahead ends no process there.
   *
   * @param stopNanos how long the group may take to stop
   * @param takeover what the next leader waits for
   */
  static StopDeadline of(long stopNanos, Takeover takeover) {
    boolean byTime =
        takeover.exclusion() == Takeover.Exclusion.STOPPED && !takeover.fenceRequired();
    return new StopDeadline(stopNanos, byTime);
  }

  /** Nothing is at work. */
  void lift() {
    stopByNanos = GroupStep.NEVER;
    atWallMillis = NO_WALL;
    atNanos = GroupStep.NEVER;
  }

  /**
   * Something is at work: the earlier of what the machine watches, and the end of the lease, in
   * case that it cannot watch.
   *
   * @param stopBy when the machine wants it stopped; {@link GroupStep#NEVER} if nothing presses
   * @param lease the lease that runs, or null
   * @param now both clocks
   */
  void set(long stopBy, @Nullable Lease lease, ClockWatch.Reading now) {
    if (stopBy != stopByNanos) { // once: later the wall clock may have jumped
      long leftMillis = Math.floorDiv(stopBy - now.nanos(), TimeUnit.MILLISECONDS.toNanos(1));
      stopByNanos = stopBy;
      stopByWallMillis = stopBy == GroupStep.NEVER ? NO_WALL : now.wallMillis() + leftMillis;
    }
    long nanos = stopBy;
    long wallMillis = stopBy == GroupStep.NEVER ? NO_WALL : stopByWallMillis;
    if (lease != null) {
      long byLease = lease.untilNanos() + stopNanos;
      nanos = nanos == GroupStep.NEVER || byLease - nanos < 0 ? byLease : nanos;
      long stopMillis = TimeUnit.NANOSECONDS.toMillis(stopNanos);
      long latest = NO_WALL - stopMillis;
      wallMillis = Math.min(wallMillis, Math.min(lease.wallUntilMillis(), latest) + stopMillis);
    }
    atNanos = nanos;
    atWallMillis = byWall ? wallMillis : NO_WALL;
  }

  /** On the monotonic clock; {@link GroupStep#NEVER} if nothing is at work. */
  long atNanos() {
    return atNanos;
  }

  /** Whether it is over when the clocks show that. Any thread. */
  boolean isOver(long nanos, long wallMillis) {
    long at = atNanos;
    return (at != GroupStep.NEVER && nanos - at >= 0) || wallMillis >= atWallMillis;
  }

  /**
   * When a lease ended that is over: by the monotonic clock, or, if the next leader begins by time
   * alone, by the clock that says that it is longer ago. Longer ago than the time to stop makes no
   * difference.
   */
  long endedNanos(@Nullable Lease last, ClockWatch.Reading now) {
    if (last == null) {
      return now.nanos();
    }
    long wallMillis = byWall ? now.wallMillis() : last.wallUntilMillis();
    return now.nanos() - Math.min(last.overNanos(now.nanos(), wallMillis), stopNanos);
  }
}

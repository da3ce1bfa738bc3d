package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.internal.runtime.ClockWatch.Missed;
import io.understudy.ha.internal.runtime.ClockWatch.Reading;
import org.junit.jupiter.api.Test;

/** A lease of a second; times are milliseconds on each clock since the beginning. */
class ClockWatchTest {
  private static final long MILLI = 1_000_000;
  // Near the overflow: System.nanoTime may start anywhere.
  private static final long NANOS = Long.MAX_VALUE - 1_500 * MILLI;
  private static final long WALL = 1_790_000_000_000L;
  private static final Missed NOTHING = new Missed(0, 0);

  private final ClockWatch watch = new ClockWatch(1_000 * MILLI, at(0, 0));

  @Test
  void clocksThatRunTogetherTellNothing() {
    for (int millis = 1; millis <= 5_000; millis += 200) {
      assertEquals(NOTHING, watch.look(at(millis, millis)));
    }
  }

  @Test
  void aPauseShowsWhenItIsLongerThanALease() {
    assertEquals(NOTHING, watch.look(at(1_000, 1_000)));
    assertEquals(new Missed(1_001 * MILLI, 0), watch.look(at(2_001, 2_001)));
    assertEquals(NOTHING, watch.look(at(2_002, 2_002)));
  }

  /** Classes are loaded, and the channel connects: nothing was led meanwhile. */
  @Test
  void whatPassesBeforeItBeginsIsNoPause() {
    watch.begin(at(5_000, 5_900));
    assertEquals(NOTHING, watch.look(at(5_100, 6_000)));
    assertTrue(runs(watch.lease(at(6_000, 0).nanos()), 5_999, 6_899));
  }

  @Test
  void aJumpOfTheWallClockShowsOnceInEachDirection() {
    assertEquals(NOTHING, watch.look(at(100, 162)));
    assertEquals(new Missed(0, 63), watch.look(at(200, 325)));
    assertEquals(NOTHING, watch.look(at(300, 425)));
    assertEquals(new Missed(0, -1_000), watch.look(at(400, -475)));
    assertEquals(NOTHING, watch.look(at(500, -375)));
  }

  @Test
  void aLeaseEndsWithTheFirstOfBothClocks() {
    Lease lease = watch.lease(at(1_000, 0).nanos());
    assertTrue(runs(lease, 999, 999));
    assertFalse(runs(lease, 1_000, 0));
    assertFalse(runs(lease, 0, 1_000));
  }

  /** Suspended four times, each time within the tolerance, between a round and its answer. */
  @Test
  void smallJumpsDoNotAddUpToALongerLease() {
    for (int i = 1; i <= 4; i++) {
      assertEquals(NOTHING, watch.look(at(10L * i, 60L * i)));
    }
    Lease lease = watch.lease(at(1_000, 0).nanos()); // of a round that was sent at 0
    assertTrue(runs(lease, 799, 999));
    assertFalse(runs(lease, 800, 1_000));
  }

  @Test
  void afterALeaseASmallJumpIsForgotten() {
    watch.look(at(10, 70));
    for (int millis = 100; millis <= 1_500; millis += 100) {
      watch.look(at(millis, millis + 60));
    }
    Lease lease = watch.lease(at(2_500, 0).nanos());
    assertTrue(runs(lease, 2_499, 2_559));
  }

  @Test
  void aLeaseFromBeforeTheWallClockWasSetBackEndsByTheMonotonicClock() {
    Lease lease = watch.lease(at(1_000, 0).nanos());
    assertTrue(runs(lease, 999, -5_000));
    assertFalse(runs(lease, 1_000, -4_999));
  }

  private static Reading at(long millis, long wallMillis) {
    return new Reading(NANOS + millis * MILLI, WALL + wallMillis);
  }

  private static boolean runs(Lease lease, long millis, long wallMillis) {
    return lease.runs(NANOS + millis * MILLI, WALL + wallMillis);
  }
}

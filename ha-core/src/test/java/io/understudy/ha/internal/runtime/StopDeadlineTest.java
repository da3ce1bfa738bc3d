package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Takeover;
import io.understudy.ha.internal.group.GroupStep;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The clocks are numbers here: seconds since the test began, on each of them. */
class StopDeadlineTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = Long.MAX_VALUE - 3 * SECOND; // nanoTime may overflow
  private static final long WALL = 1_790_000_000_000L;
  private static final double STOP = 4;

  private StopDeadline deadline = new StopDeadline(nanos(STOP) - START, true);

  private static long nanos(double seconds) {
    return START + (long) (seconds * SECOND);
  }

  private static long wall(double seconds) {
    return WALL + (long) (seconds * 1_000);
  }

  private static ClockWatch.Reading at(double nanos, double wall) {
    return new ClockWatch.Reading(nanos(nanos), wall(wall));
  }

  private static Lease lease(double until) {
    return new Lease(nanos(until), wall(until));
  }

  private boolean isOver(double nanos, double wall) {
    return deadline.isOver(nanos(nanos), wall(wall));
  }

  private void forToken() {
    deadline = new StopDeadline(nanos(STOP) - START, false);
  }

  /** A lease until 10, and 4 to stop. */
  @ParameterizedTest
  @CsvSource({
    // monotonic, wall; over where the next leader waits by time, and where the epoch decides
    "9,    9,    false, false",
    "13.9, 13.9, false, false",
    "14,   14,   true,  true",
    "5,    13.9, false, false",
    "5,    14,   true,  false",
    "5,    900,  true,  false",
    "14,   3,    true,  true",
    "13.9, 3,    false, false",
  })
  void endsByTheClockThatIsAheadWhereTheNextLeaderWaitsByTimeAlone(
      double nanos, double wall, boolean stopped, boolean token) {
    deadline.set(GroupStep.NEVER, lease(10), at(0, 0));
    assertEquals(stopped, isOver(nanos, wall));

    forToken();
    deadline.set(GroupStep.NEVER, lease(10), at(0, 0));
    assertEquals(token, isOver(nanos, wall));
  }

  /** The lease is lost at 10, the machine sleeps from 11 to 19, and looks at the group again. */
  @Test
  void aSuspensionWhileItStopsUsesTheTimeUp() {
    deadline.set(nanos(14), null, at(10, 10));
    assertFalse(isOver(11, 11));

    deadline.set(nanos(14), null, at(11.1, 19.1));

    assertTrue(isOver(11.1, 19.1));
  }

  /** What counts is what is left of it, not whether the machine slept. */
  @Test
  void aShortSuspensionLeavesTheRest() {
    deadline.set(nanos(14), null, at(10, 10));
    assertFalse(isOver(11, 13.9));
    assertTrue(isOver(11.1, 14));
  }

  /** A stop that is planned while the lease runs, and then the lease is renewed. */
  @Test
  void theEarlierOfBothReasonsCounts() {
    deadline.set(nanos(7), lease(10), at(3, 3));
    deadline.set(nanos(7), lease(12), at(5, 5));
    assertFalse(isOver(6.9, 6.9));
    assertTrue(isOver(7, 7));

    deadline.set(GroupStep.NEVER, lease(12), at(6, 6));
    assertFalse(isOver(15.9, 15.9));
    assertTrue(isOver(16, 16));
  }

  @Test
  void whatHasStoppedHasNoDeadline() {
    deadline.set(nanos(14), lease(10), at(10, 10));
    deadline.lift();
    assertFalse(isOver(900, 900));
    assertEquals(GroupStep.NEVER, deadline.atNanos());

    deadline.set(nanos(904), null, at(900, 900));
    assertFalse(isOver(903, 903));
  }

  @Test
  void aLeaseWithoutEndOnTheWallClockOverflowsNothing() {
    deadline.set(GroupStep.NEVER, new Lease(nanos(10), Long.MAX_VALUE), at(0, 0));
    assertFalse(isOver(13, 900));
    assertTrue(isOver(14, 0));
  }

  /** An administrator sets the clock: the group stops, and has all of its time for it. */
  @Test
  void theTimeToStopCountsFromTheEndOfTheLeaseOnTheClockThatDecides() {
    assertEquals(nanos(5 - 3), deadline.endedNanos(lease(10), at(5, 13)));
    assertEquals(nanos(5 - STOP), deadline.endedNanos(lease(10), at(5, 900)));
    assertEquals(nanos(11 - 1), deadline.endedNanos(lease(10), at(11, 3)));
    assertEquals(nanos(5), deadline.endedNanos(null, at(5, 900)));

    forToken();
    assertEquals(nanos(5), deadline.endedNanos(lease(10), at(5, 900)));
    assertEquals(nanos(11 - 1), deadline.endedNanos(lease(10), at(11, 900)));
  }

  /** There nobody begins by time, so a clock that was set ahead ends no process for nothing. */
  @ParameterizedTest
  @CsvSource({"true, false", "false, true"})
  void theWallClockCountsWhereNoFenceIsRequired(boolean fenceRequired, boolean over) {
    Takeover takeover = Takeover.afterStop();
    deadline =
        StopDeadline.of(nanos(STOP) - START, fenceRequired ? takeover.requiringFence() : takeover);
    deadline.set(GroupStep.NEVER, lease(10), at(0, 0));

    assertEquals(over, isOver(5, 900));
    assertTrue(isOver(14, 14));
  }
}

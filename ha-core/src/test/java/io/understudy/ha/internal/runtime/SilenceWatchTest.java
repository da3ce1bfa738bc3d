package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When silence means something, on a clock of the test's own. */
class SilenceWatchTest {
  private static final MemberId N2 = MemberId.of("n2");
  private static final long MILLI = 1_000_000;
  private static final long LEASE = 2_000 * MILLI;

  private long now;
  private final SilenceWatch watch = new SilenceWatch(LEASE, now);

  private void look(long millis, Set<MemberId> seen) {
    for (long end = now + millis * MILLI; now < end; ) {
      now += 100 * MILLI;
      watch.look(seen, now);
    }
  }

  @Test
  void whoWasNeverHeardIsSilentOnceThisMemberListenedForALease() {
    look(400, Set.of());
    assertEquals(
        "this member was paused or started 0.4 s ago, so it cannot know who is silent; try again"
            + " in 1.6 s",
        watch.objectionTo(N2));
    look(1_500, Set.of());
    assertTrue(watch.objectionTo(N2).contains("try again in 0.1 s"), watch.objectionTo(N2));
    look(100, Set.of());
    assertEquals("", watch.objectionTo(N2));
  }

  @Test
  void whoIsHeardIsSilentALeaseAfterTheLastWord() {
    look(5_000, Set.of(N2));
    look(1_900, Set.of());
    assertTrue(watch.objectionTo(N2).contains("(1.9 s ago)"), watch.objectionTo(N2));
    assertEquals("", watch.objection());
    look(100, Set.of());
    assertEquals("", watch.objectionTo(N2));
    watch.heard(N2, now);
    assertTrue(watch.objectionTo(N2).contains("(0.0 s ago)"), watch.objectionTo(N2));
  }

  /** Whoever did not look heard nothing: that is no silence. */
  @Test
  void timeWithoutALookIsNoSilence() {
    look(5_000, Set.of(N2));
    look(1_500, Set.of());
    now += 1_900 * MILLI;
    assertTrue(watch.objectionTo(N2).contains("(1.5 s ago)"), watch.objectionTo(N2));
    watch.look(Set.of(), now);
    assertTrue(watch.objectionTo(N2).contains("paused or started 0.0 s"), watch.objectionTo(N2));
    look(2_000, Set.of());
    assertEquals("", watch.objectionTo(N2));

    watch.anew(now);
    assertTrue(watch.objectionTo(N2).contains("try again in 2.0 s"), watch.objectionTo(N2));
  }

  @Test
  void whoseDeathIsProvedIsSilentUntilItsNextLifeIsHeard() {
    look(5_000, Set.of(N2));
    watch.died(N2);
    assertEquals("", watch.objectionTo(N2));
    look(100, Set.of(N2));
    assertTrue(watch.objectionTo(N2).contains("(0.0 s ago)"), watch.objectionTo(N2));
  }
}

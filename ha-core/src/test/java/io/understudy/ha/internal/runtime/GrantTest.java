package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GrantTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  @Test
  void aRunningGrantIsExtended() {
    Grant grant = new Grant("main", 1, in(HOUR));
    grant.extend(in(3 * HOUR));
    assertTrue(grant.isValid());
    assertTrue(grant.remaining().toHours() >= 2, grant::toString);
  }

  @Test
  void whatACallerMayHaveSeenEndIsNeverValidAgain() {
    Grant grant = new Grant("main", 1, in(-1));
    grant.extend(in(HOUR));
    assertFalse(grant.isValid());
  }

  @Test
  void whatRanOutIsEndedOnceByWhoeverComesFirst() {
    Grant grant = new Grant("main", 1, in(-1));
    assertTrue(grant.endIfRanOut());
    assertFalse(grant.endIfRanOut());
    assertFalse(grant.end());
  }

  @Test
  void whatRunsIsNotEndedByTheWatcher() {
    Grant grant = new Grant("main", 1, in(HOUR));
    assertFalse(grant.endIfRanOut());
    assertTrue(grant.isValid());
    assertTrue(grant.end());
  }

  @Test
  void aRevokedGrantIsNeverValidAgain() {
    Grant grant = new Grant("main", 1, in(HOUR));
    assertTrue(grant.end());
    grant.extend(in(HOUR));
    assertFalse(grant.isValid());
    assertFalse(grant.endIfRanOut());
  }

  @Test
  void itEndsByTheWallClockToo() {
    Lease suspended = new Lease(System.nanoTime() + HOUR, System.currentTimeMillis() - 1);
    assertFalse(new Grant("main", 1, suspended).isValid());
  }

  private static Lease in(long nanos) {
    long wallMillis = System.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(nanos);
    return new Lease(System.nanoTime() + nanos, wallMillis);
  }
}

package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GrantTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  @Test
  void aRunningGrantIsExtended() {
    Grant grant = new Grant("main", 1, System.nanoTime() + HOUR);
    grant.extend(System.nanoTime() + 3 * HOUR);
    assertTrue(grant.isValid());
    assertTrue(grant.remaining().toHours() >= 2, grant::toString);
  }

  @Test
  void whatACallerMayHaveSeenEndIsNeverValidAgain() {
    Grant grant = new Grant("main", 1, System.nanoTime() - 1);
    assertTrue(grant.ranOut());
    grant.extend(System.nanoTime() + HOUR);
    assertFalse(grant.isValid());
  }

  @Test
  void aRevokedGrantIsNeverValidAgain() {
    Grant grant = new Grant("main", 1, System.nanoTime() + HOUR);
    grant.end();
    grant.extend(System.nanoTime() + HOUR);
    assertFalse(grant.isValid());
    assertFalse(grant.ranOut());
  }
}

package io.understudy.tomcat;

import io.understudy.ha.Timing;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When a rejected client may try again. Each answer draws its own whole second between the bounds,
 * so that the rejected do not come back as one wave.
 */
record RetryAfter(int minSeconds, int maxSeconds) {
  static final int LIMIT_SECONDS = 3600;

  RetryAfter {
    if (minSeconds < 1 || maxSeconds < minSeconds || maxSeconds > LIMIT_SECONDS) {
      throw new IllegalArgumentException(
          "Retry-After between "
              + minSeconds
              + " and "
              + maxSeconds
              + " s; give 1 <= retryAfterMinSeconds <= retryAfterMaxSeconds <= "
              + LIMIT_SECONDS);
    }
  }

  /**
   * The longest that a failover should take: after the lease ended, a successor needs up to about
   * half a lease more.
   */
  static int maxSecondsFor(Timing timing) {
    Duration failover = timing.lease().multipliedBy(3).dividedBy(2);
    long seconds = failover.plusNanos(999_999_999).toSeconds();
    return (int) Math.max(1, Math.min(LIMIT_SECONDS, seconds));
  }

  int drawSeconds() {
    return ThreadLocalRandom.current().nextInt(minSeconds, maxSeconds + 1);
  }
}

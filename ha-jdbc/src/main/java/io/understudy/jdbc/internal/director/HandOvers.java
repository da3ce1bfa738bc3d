package io.understudy.jdbc.internal.director;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.Role;
import io.understudy.jdbc.HaDataSourceConfig.TimeLimits;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Hands the director's role to members that see more, and makes this member wait longer each time
 * it does so again. It outlives directors. Threadsafe.
 */
public final class HandOvers {
  /** After that long without one the waiting begins anew. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(10);

  private static final int MOST_DOUBLINGS = 6;

  private final Duration shortest;
  private int recent; // guarded by this
  private long lastNanos; // guarded by this

  /**
   * Makes a book of hand-overs.
   *
   * @param limits of the probes: all members must have had the time to look and to tell
   */
  public HandOvers(TimeLimits limits) {
    this.shortest = limits.probeInterval().plus(limits.probeTimeout());
  }

  /**
   * How long another member must see more than this one.
   *
   * @return a probe's interval and time-out, doubled for each recent hand-over, at most 64 times
   */
  public synchronized Duration patience() {
    if (recent > 0 && System.nanoTime() - lastNanos > FORGOTTEN.toNanos()) {
      recent = 0;
    }
    return shortest.multipliedBy(1L << Math.min(recent, MOST_DOUBLINGS));
  }

  CompletionStage<LeaderInfo> handOver(Role role, String member) {
    synchronized (this) {
      recent++;
      lastNanos = System.nanoTime();
    }
    return role.handOver(MemberId.of(member));
  }
}

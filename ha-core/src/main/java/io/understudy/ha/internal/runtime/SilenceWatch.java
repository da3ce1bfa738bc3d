package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * For how long this member has listened, and a member been silent meanwhile. Only time in which
 * this member looked counts: "not seen" after a pause, or after the start, says nothing. The
 * election thread writes; any thread asks. Reads no clock.
 */
final class SilenceWatch {
  private final long leaseNanos;
  private final Map<MemberId, Long> heardNanos = new ConcurrentHashMap<>();
  private volatile long sinceNanos;
  private volatile long lookedNanos;

  /** Listens from now on. */
  SilenceWatch(long leaseNanos, long nowNanos) {
    this.leaseNanos = leaseNanos;
    anew(nowNanos);
  }

  /** This member has started, or was paused: what it did not hear until now, nobody heard. */
  void anew(long nowNanos) {
    sinceNanos = nowNanos;
    lookedNanos = nowNanos;
  }

  /** These are seen. After a gap of half a lease it begins anew: too much may wait to be read. */
  void look(Set<MemberId> seen, long nowNanos) {
    if (nowNanos - lookedNanos > leaseNanos / 2) {
      sinceNanos = nowNanos;
    }
    seen.forEach(member -> heardNanos.put(member, nowNanos));
    lookedNanos = nowNanos;
  }

  /** The member has said something. */
  void heard(MemberId member, long nowNanos) {
    heardNanos.put(member, nowNanos);
  }

  /** Its process was proved to have ended: it has been silent for long enough. */
  void died(MemberId member) {
    heardNanos.put(member, lookedNanos - leaseNanos);
  }

  /** Why this member cannot know yet who is silent; empty once it has listened for a lease. */
  String objection() {
    long listenedNanos = lookedNanos - sinceNanos;
    return listenedNanos >= leaseNanos
        ? ""
        : "this member was paused or started "
            + seconds(listenedNanos)
            + " s ago, so it cannot know who is silent; try again in "
            + seconds(leaseNanos - listenedNanos)
            + " s";
  }

  /**
   * Why the member may be alive; empty once this one has listened for a lease and heard nothing.
   */
  String objectionTo(MemberId member) {
    String unwatched = objection();
    Long heard = heardNanos.get(member);
    if (heard == null || !unwatched.isEmpty()) {
      return unwatched;
    }
    long silentNanos = lookedNanos - heard;
    return silentNanos >= leaseNanos
        ? ""
        : "it was heard within the last lease ("
            + seconds(silentNanos)
            + " s ago); once it is silent, try again in "
            + seconds(leaseNanos - silentNanos)
            + " s";
  }

  private static String seconds(long nanos) {
    long tenths = TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos) + 99_999_999) / 100;
    return tenths / 10 + "." + tenths % 10;
  }
}

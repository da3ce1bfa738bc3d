package io.understudy.ha.internal.group;

/**
 * How often a resource has failed at this member.
 *
 * @param count the failures since the last reset or expiry
 * @param sinceNanos when the last one happened; without meaning if there is none
 */
public record FailCount(int count, long sinceNanos) {
  static final FailCount NONE = new FailCount(0, 0);

  FailCount another(long nowNanos) {
    return new FailCount(count + 1, nowNanos);
  }

  FailCount atLeast(int least, long nowNanos) {
    return new FailCount(Math.max(count, least), nowNanos);
  }
}

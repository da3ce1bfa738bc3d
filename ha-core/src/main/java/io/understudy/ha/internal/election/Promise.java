package io.understudy.ha.internal.election;

/**
 * A voter's word not to vote for anybody else until a time on its own clock. Volatile: a restarted
 * voter waits instead of remembering.
 *
 * @param to the life that holds it
 * @param epoch the epoch it was given for
 * @param untilNanos when it ends
 */
public record Promise(Life to, long epoch, long untilNanos) {
  boolean binds(long nowNanos) {
    return nowNanos - untilNanos < 0;
  }
}

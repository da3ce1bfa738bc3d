package io.understudy.ha.internal.exclusion;

import io.understudy.ha.spi.FenceHook;

/**
 * What is known of the end of somebody's work. Only grows while it is waited for.
 *
 * @param stoppedThrough the member has said that nothing of its leaderships up to this epoch is at
 *     work; 0 if it has not spoken
 * @param endedNanos since when its process is known to have ended; {@link ExclusionStep#NEVER} if
 *     it is not
 * @param processFenced whether a fence that ends processes was confirmed
 * @param outlivingFenced whether a fence was confirmed that covers what outlives a process, too
 * @param operator whether an operator has said that the member is off
 */
public record Proofs(
    long stoppedThrough,
    long endedNanos,
    boolean processFenced,
    boolean outlivingFenced,
    boolean operator) {
  /** Nothing. */
  public static final Proofs NONE = new Proofs(0, ExclusionStep.NEVER, false, false, false);

  Proofs told(long through) {
    return new Proofs(
        Math.max(stoppedThrough, through), endedNanos, processFenced, outlivingFenced, operator);
  }

  Proofs ended(long nowNanos) {
    long since = endedNanos == ExclusionStep.NEVER ? nowNanos : endedNanos;
    return new Proofs(stoppedThrough, since, processFenced, outlivingFenced, operator);
  }

  Proofs fenced(FenceHook.Scope scope, long nowNanos) {
    return new Proofs(
        stoppedThrough,
        scope.endsProcesses() ? ended(nowNanos).endedNanos : endedNanos,
        processFenced || scope.endsProcesses(),
        outlivingFenced || scope.coversWhatOutlivesProcesses(),
        operator);
  }

  Proofs confirmed() {
    return new Proofs(stoppedThrough, endedNanos, processFenced, outlivingFenced, true);
  }
}

package io.understudy.ha.internal.exclusion;

import io.understudy.ha.spi.FenceHook;

/**
 * When somebody's work counts as stopped.
 *
 * <table>
 *   <caption>What is enough</caption>
 *   <tr><th></th><th>dies with its process</th><th>outlives it, guardian</th><th>outlives it</th></tr>
 *   <tr><td>its word, a confirmed MACHINE or RESOURCE fence, an operator</td>
 *       <td>yes</td><td>yes</td><td>yes</td></tr>
 *   <tr><td>a confirmed PROCESS fence</td><td>yes</td><td>a stop later</td><td>no</td></tr>
 *   <tr><td>proof of death, unless a fence is required</td>
 *       <td>yes</td><td>a stop later</td><td>no</td></tr>
 *   <tr><td>time since this member won, unless a fence is required</td>
 *       <td>a stop</td><td>two stops</td><td>no</td></tr>
 * </table>
 *
 * <p>Time: who has won knows that every earlier lease has ended on any clock. From that end a group
 * has its stop limit, and then its process ends itself, or is ended by the guardian. A PROCESS
 * fence may have killed the process and left an address on the machine, so it is not enough for
 * what outlives a process. A MACHINE fence is: the guardian is off, and so is what it would stop.
 */
final class Judgement {
  /**
   * What a process may still do after its deadline: its guard looks every 10 ms and gives the last
   * words 20 ms; {@code Runtime.halt} was measured to take up to 360 ms. The rest is for a machine
   * that is busy.
   */
  static final long MARGIN_NANOS = 500_000_000;

  /**
   * What a guardian may need besides the time to stop: its grace (100 ms), to hear what it missed
   * while it stood still (350 ms), and until a killed process with much memory is gone (2 s).
   */
  static final long GUARDIAN_NANOS = 2_500_000_000L;

  private Judgement() {}

  /**
   * When the work counts as stopped if nothing more is learned; {@code now} or before if it does.
   */
  static long stoppedAtNanos(ExclusionSettings settings, Phase.Waiting waiting, long now) {
    Proofs proofs = waiting.proofs();
    if (proofs.stoppedThrough() >= waiting.work().epoch()
        || proofs.outlivingFenced()
        || proofs.operator()) {
      return now;
    }
    if (settings.fenceRequired()) {
      return proofs.processFenced() ? endedAtNanos(settings, waiting) : ExclusionStep.NEVER;
    }
    return ExclusionStep.earlier(endedAtNanos(settings, waiting), timeIsUpNanos(settings, waiting));
  }

  private static long endedAtNanos(ExclusionSettings settings, Phase.Waiting waiting) {
    long ended = waiting.proofs().endedNanos();
    Terms terms = waiting.work().terms();
    if (ended == ExclusionStep.NEVER || !terms.outlivesProcess()) {
      return ended;
    }
    return terms.guarded() ? ended + patienceNanos(settings, terms, 1) : ExclusionStep.NEVER;
  }

  private static long timeIsUpNanos(ExclusionSettings settings, Phase.Waiting waiting) {
    Terms terms = waiting.work().terms();
    if (terms.outlivesProcess() && !terms.guarded()) {
      return ExclusionStep.NEVER;
    }
    int stops = terms.outlivesProcess() ? 2 : 1; // the group's own, and then the guardian's
    return waiting.sinceNanos() + patienceNanos(settings, terms, stops);
  }

  private static long patienceNanos(ExclusionSettings settings, Terms terms, int stops) {
    long margin = terms.outlivesProcess() ? MARGIN_NANOS + GUARDIAN_NANOS : MARGIN_NANOS;
    return settings.onAnyClock(stops * terms.stopLimitNanos()) + margin;
  }

  /** Whether a confirmed answer of this member's hook would help. */
  static boolean isFenceOfUse(ExclusionSettings settings, Phase.Waiting waiting) {
    Terms terms = waiting.work().terms();
    FenceHook.Scope hook = settings.hook();
    return hook != null
        && (hook.coversWhatOutlivesProcesses() || !terms.outlivesProcess() || terms.guarded());
  }
}

package io.understudy.ha.internal.facts;

/**
 * Whether something outside is reached, as one probe after the other answers. A single lost answer
 * changes nothing, and neither does a target that answers now and then: a verdict changes only when
 * every probe has said the opposite for the time of dampening. Immutable.
 *
 * <p>At the beginning nothing is known. The first success counts at once, because it proves that
 * there is a way; failures have to last like later ones.
 *
 * @param rule how long answers must last
 * @param verdict what counts
 * @param latest what the last probe said; without meaning before the first
 * @param sinceNanos since when every probe has said that
 * @param lastNanos when the last probe answered
 * @param heard whether any probe has answered
 */
public record Dampening(
    Rule rule, Verdict verdict, boolean latest, long sinceNanos, long lastNanos, boolean heard) {

  /** What counts. */
  public enum Verdict {
    /** Not probed yet, or failing for less than the time of dampening since the beginning. */
    UNKNOWN,
    /** Reached. */
    REACHED,
    /** Not reached. */
    LOST
  }

  /**
   * How long answers must last.
   *
   * @param lastingNanos for how long every probe must have said the opposite
   * @param gapNanos two answers further apart than that do not belong together: the process stood
   *     still, and nobody knows what probes in between would have said
   */
  public record Rule(long lastingNanos, long gapNanos) {}

  /**
   * Nothing is known.
   *
   * @param rule how long answers must last
   * @return the beginning
   */
  public static Dampening begun(Rule rule) {
    return new Dampening(rule, Verdict.UNKNOWN, false, 0, 0, false);
  }

  /**
   * A probe has answered.
   *
   * @param reached whether it got through
   * @param nowNanos the monotonic time
   * @return what counts then
   */
  public Dampening answered(boolean reached, long nowNanos) {
    boolean goesOn = heard && reached == latest && nowNanos - lastNanos <= rule.gapNanos();
    long since = goesOn ? sinceNanos : nowNanos;
    return new Dampening(
        rule, verdictAfter(reached, nowNanos - since), reached, since, nowNanos, true);
  }

  private Verdict verdictAfter(boolean reached, long lastedNanos) {
    boolean counts = lastedNanos >= rule.lastingNanos() || (reached && verdict == Verdict.UNKNOWN);
    if (!counts) {
      return verdict;
    }
    return reached ? Verdict.REACHED : Verdict.LOST;
  }
}

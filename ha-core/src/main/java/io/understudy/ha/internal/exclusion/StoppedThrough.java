package io.understudy.ha.internal.exclusion;

/**
 * Up to which leadership a member can say for certain that nothing of it is at work any more. The
 * number is what members tell each other: a leader that waits for epoch E of a member needs a
 * number of at least E from it, from whatever life.
 *
 * <p>A member at rest names the epoch of the register that it holds on disk: that epoch was led, so
 * whoever knows it and comes after it in time cannot be an earlier life, and no leadership up to it
 * can begin again. The epoch on its ballot would not do: that may belong to a candidature that came
 * to nothing, and a lost disk makes it fall.
 */
public final class StoppedThrough {
  private StoppedThrough() {}

  /**
   * Decides what a member may say of itself.
   *
   * @param atWorkEpoch for which leadership its group may be at work; below 0 if nothing is
   * @param ledEpoch which leadership it holds, announced or not; 0 for none
   * @param registerEpoch the epoch of the register on its disk
   * @return the number; 0 if it can say nothing
   */
  public static long of(long atWorkEpoch, long ledEpoch, long registerEpoch) {
    if (atWorkEpoch >= 0) {
      return Math.max(0, atWorkEpoch - 1); // one leadership at a time; 0: an earlier process' work
    }
    return ledEpoch > 0 ? ledEpoch - 1 : registerEpoch;
  }
}

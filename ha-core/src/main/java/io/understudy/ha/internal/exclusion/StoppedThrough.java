package io.understudy.ha.internal.exclusion;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;

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

  /**
   * Decides what a member may say of a role that it has not declared. No earlier process of it runs
   * any more: only one at a time has its state directory, and this one never had the role. So what
   * dies with its process has ended; what outlives it nobody has stopped.
   *
   * @param self the member
   * @param register the register on its disk; it names the last work of this member that was not
   *     known to have ended
   * @return the number; 0 if it can say nothing
   */
  public static long ofUndeclared(MemberId self, RegisterValue register) {
    Work work = Header.work(register.bytes());
    if (work != null && work.life().member().equals(self) && work.terms().outlivesProcess()) {
      return Math.max(0, work.epoch() - 1);
    }
    return register.version().epoch();
  }
}

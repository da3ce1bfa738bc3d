package io.understudy.ha;

import java.util.Comparator;

/**
 * The version of a register value: the epoch of the leader that wrote it, and a number within that
 * epoch. Versions are totally ordered, epoch first.
 *
 * @param epoch the epoch of the writing leader; 0 only in {@link #NONE}
 * @param seq the number of the write within the epoch, from 0
 */
public record RegisterVersion(long epoch, long seq) implements Comparable<RegisterVersion> {
  /** The version of a register that nobody has written yet. */
  public static final RegisterVersion NONE = new RegisterVersion(0, 0);

  private static final Comparator<RegisterVersion> ORDER =
      Comparator.comparingLong(RegisterVersion::epoch).thenComparingLong(RegisterVersion::seq);

  @Override
  public int compareTo(RegisterVersion other) {
    return ORDER.compare(this, other);
  }

  /**
   * Whether this version is newer than the other.
   *
   * @param other the version to compare with
   * @return true if this one is higher
   */
  public boolean isNewerThan(RegisterVersion other) {
    return compareTo(other) > 0;
  }

  @Override
  public String toString() {
    return epoch + "." + seq;
  }
}

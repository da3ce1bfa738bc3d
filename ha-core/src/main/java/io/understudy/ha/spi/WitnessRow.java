package io.understudy.ha.spi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The vote of a database witness in one role: what an ordinary voter keeps in its memory and on its
 * disk. Only compared and replaced as a whole. Immutable.
 *
 * @param role the role's name, up to 64 characters of {@code A-Z a-z 0-9 . _ : -}; case matters
 * @param life a random number, drawn when the row was created: a row that was lost and created
 *     again is another voter's life
 * @param version raised by one with each replacement, from 1
 * @param roster the newest roster under which it was written
 * @param epoch the highest epoch promised or seen
 * @param votedFor whom the vote of that epoch went to, or null
 * @param promisedTo who holds the promise of that epoch, or null if nobody does
 * @param register the newest register value stored
 */
public record WitnessRow(
    String role,
    long life,
    long version,
    RosterMark roster,
    long epoch,
    @Nullable Holder votedFor,
    @Nullable Holder promisedTo,
    Register register) {

  /**
   * One life of a member, to which a vote or a promise was given.
   *
   * @param member the member
   * @param incarnation the number of its life
   */
  public record Holder(String member, long incarnation) {}

  /**
   * Names a roster. Of two the one with the higher epoch is newer, then the one with the higher
   * version.
   *
   * @param epoch the epoch in which it was decided; 0 if it was configured
   * @param version its number
   * @param stamp a hash of its content: rosters of one epoch and version are alike if it is
   */
  public record RosterMark(long epoch, long version, long stamp) {}

  /**
   * A register value.
   *
   * @param epoch the first half of its version
   * @param seq the second half of its version
   * @param value its content, at most 4096 bytes, copied
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by content below
  public record Register(long epoch, long seq, byte[] value) {
    /** Copies. */
    public Register {
      value = value.clone();
    }

    @Override
    public byte[] value() {
      return value.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Register that
          && epoch == that.epoch
          && seq == that.seq
          && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(31 * epoch + seq);
    }

    @Override
    public String toString() {
      return epoch + "." + seq + " (" + value.length + " bytes)";
    }
  }
}

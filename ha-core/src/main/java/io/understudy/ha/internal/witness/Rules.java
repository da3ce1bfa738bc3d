package io.understudy.ha.internal.witness;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.spi.WitnessRow;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a row votes: a function of the row, of what was seen of it, and of the question. */
public interface Rules {
  /**
   * What is now known of how long the row has been like this.
   *
   * @param before what was known; null on a new connection
   * @param row the row as it was answered, or null if there is none
   * @param receivedNanos this member's clock on receipt of the answer
   */
  Sighting see(@Nullable Sighting before, @Nullable WitnessRow row, long receivedNanos);

  /** Judges a question. */
  Verdict judge(Scene scene);

  /**
   * Everything a judgement depends on.
   *
   * @param witness the witness' name in the roster
   * @param times the time values
   * @param row the row as it was last read, or null if there is none
   * @param onlyRow whether the database holds no row of another role either
   * @param sighting what this member has seen of it; null if nothing
   * @param sessions the lives that use this database
   * @param question what is asked
   * @param newLife the life that a created row would have
   * @param nowNanos this member's clock
   */
  record Scene(
      MemberId witness,
      TimeValues times,
      @Nullable WitnessRow row,
      boolean onlyRow,
      @Nullable Sighting sighting,
      Map<String, Long> sessions,
      Question question,
      long newLife,
      long nowNanos) {}
}

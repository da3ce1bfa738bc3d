package io.understudy.ha.internal.witness;

import io.understudy.ha.spi.WitnessRow;
import org.jspecify.annotations.Nullable;

/**
 * What this member has itself seen of a row, over one unbroken connection.
 *
 * @param life the row's life; 0 if there was no row
 * @param version its version; 0 if there was no row
 * @param sinceNanos the receipt of the first answer that showed it so
 */
public record Sighting(long life, long version, long sinceNanos) {
  /** No row was seen since then. */
  static Sighting ofNothing(long sinceNanos) {
    return new Sighting(0, 0, sinceNanos);
  }

  boolean isOf(@Nullable WitnessRow row) {
    return row == null ? life == 0 : life == row.life() && version == row.version();
  }
}

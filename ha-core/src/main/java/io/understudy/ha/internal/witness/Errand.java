package io.understudy.ha.internal.witness;

import io.understudy.ha.spi.WitnessRow;

/** What is to be done in the database next. */
public sealed interface Errand {
  /** Read all rows. */
  record Read() implements Errand {}

  /** Create the row. */
  record Create(WitnessRow row) implements Errand {}

  /** Replace the row if nobody else has. */
  record Replace(WitnessRow before, WitnessRow after) implements Errand {}
}

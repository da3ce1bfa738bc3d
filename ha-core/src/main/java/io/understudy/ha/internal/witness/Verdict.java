package io.understudy.ha.internal.witness;

import io.understudy.ha.internal.election.Message;
import io.understudy.ha.spi.WitnessRow;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a question.
 *
 * @param next what the row is to be, or null to leave it as it is
 * @param answer what to say once that is durable, or null to stay silent
 * @param life the witness' life that says it
 */
public record Verdict(@Nullable WitnessRow next, @Nullable Message answer, long life) {
  static Verdict silent() {
    return new Verdict(null, null, RowRules.NO_ROW);
  }
}

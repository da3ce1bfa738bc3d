package io.understudy.ha.internal.election;

import io.understudy.ha.RegisterValue;
import org.jspecify.annotations.Nullable;

/**
 * What a voter must never forget of one role. Durable before anything depends on it.
 *
 * @param epoch the highest epoch promised or seen
 * @param votedFor whom the vote of that epoch went to; null when unknown, and then nobody gets it
 * @param register the newest register value stored
 * @param founding the role's common beginning, kept for members that missed it
 */
public record Ballot(
    long epoch, @Nullable Life votedFor, RegisterValue register, Founding founding) {
  /** The ballot of a role in which nobody has ever voted. */
  public static final Ballot BLANK = new Ballot(0, null, RegisterValue.NONE, Founding.NONE);

  Ballot votingFor(long newEpoch, Life candidate) {
    return new Ballot(newEpoch, candidate, register, founding);
  }

  /** Of an epoch in which it does not know whom it would have voted for: nobody gets that vote. */
  Ballot knowing(long newEpoch) {
    return new Ballot(newEpoch, null, register, founding);
  }

  Ballot holding(RegisterValue value) {
    return new Ballot(epoch, votedFor, value, founding);
  }

  Ballot foundedBy(Founding beginning) {
    return new Ballot(epoch, votedFor, register, beginning);
  }
}

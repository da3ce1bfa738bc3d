package io.understudy.ha.internal.witness;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.spi.WitnessRow.RosterMark;
import org.jspecify.annotations.Nullable;

/**
 * A message of this member for the witness.
 *
 * @param envelope the message
 * @param roster the roster under which it was sent
 * @param leading what the sender knew as leader when it sent it; null if it did not lead
 */
public record Question(Envelope envelope, RosterMark roster, @Nullable Leading leading) {
  /**
   * What a machine sent, as it stands now; null if it was sent under another roster, because a
   * stamp alone does not tell which of two rosters is newer. It will ask again.
   */
  public static @Nullable Question of(Envelope envelope, @Nullable RoleState state) {
    if (state == null || state.settings().roster().stamp() != envelope.rosterStamp()) {
      return null;
    }
    return new Question(envelope, mark(state.settings().roster()), Leading.of(state));
  }

  /** How a row names a roster. */
  public static RosterMark mark(Roster roster) {
    return new RosterMark(roster.epoch(), roster.version(), roster.stamp());
  }
}

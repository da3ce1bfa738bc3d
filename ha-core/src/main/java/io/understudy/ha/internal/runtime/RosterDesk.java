package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.election.RosterRules.Known;
import io.understudy.ha.internal.election.TimeValues;
import org.jspecify.annotations.Nullable;

/** What the parts that keep the roster may do with the core they belong to. */
interface RosterDesk {
  Life self();

  TimeValues times();

  long nanos();

  /** The roster in force and the version of the register that holds it. */
  Known known();

  /** Takes it for the roster in force. */
  void adopt(Known told);

  /** Takes it for the seed, in case this member was configured with another one. */
  void seed(Roster roster);

  /** The state of the roster's role, or null if this member does not run it. */
  @Nullable RoleState state();

  /** What this member has on disk. */
  Message.Inventory inventory(long round);

  void send(MemberId to, long toIncarnation, Message message);

  /** An input of the roster's role; runs after what is being done. */
  default void input(Input input) {
    input(RosterChange.ROLE, input);
  }

  /** An input of a role; runs right after what is being done. */
  void input(String role, Input input);

  void announce(Output output);

  /** Whether a message was sent under the roster in force here, by somebody who is in it. */
  default boolean isOfOurs(Envelope envelope) {
    Roster roster = known().roster();
    return envelope.rosterStamp() == roster.stamp() && roster.contains(envelope.from().member());
  }
}

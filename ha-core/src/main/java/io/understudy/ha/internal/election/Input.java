package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceResult;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can happen to a {@link RoleMachine}. */
public sealed interface Input {
  /** Time has passed; send when the machine's wake-up time has come. */
  record Tick() implements Input {}

  /** An authentic message of the same role arrived. */
  record Received(Envelope envelope) implements Input {}

  /**
   * The set of members that seem alive changed. Evidence for ranks and campaigns, never for votes.
   */
  record PeersSeen(Set<MemberId> reachable) implements Input {
    /** Copies. */
    public PeersSeen {
      reachable = Set.copyOf(reachable);
    }
  }

  /**
   * The application (or an operator) says whether and how this member runs for the role. Until then
   * it votes and does not lead.
   *
   * @param eligible whether it may lead
   * @param preference who should lead, best first; others come after by id
   */
  record Candidacy(boolean eligible, List<MemberId> preference) implements Input {
    /** Copies. */
    public Candidacy {
      preference = List.copyOf(preference);
    }
  }

  /**
   * Asks the machine to give the role up.
   *
   * @param request comes back in {@link Output.Answer}
   * @param successor who is to lead, or null for anybody else
   * @param reason {@code RESIGNED}, {@code HANDED_OVER} or {@code CLOSED}
   */
  record Resign(long request, @Nullable MemberId successor, RevokeReason reason) implements Input {}

  /** Asks the leader to let the best-placed member that could take over at once do so. */
  record StepAside() implements Input {}

  /** Asks the leader to write the register; comes back in {@link Output.Answer}. */
  @SuppressWarnings("ArrayRecordComponent") // carried once, never compared
  record Write(long request, byte[] value) implements Input {
    /** Copies. */
    public Write {
      value = value.clone();
    }
  }

  /** The whole directory was found to belong to the first start of the cluster. */
  record Founded(Founding founding) implements Input {}

  /** The directory holds a role now: it can no longer be counted as an empty one. */
  record DirectoryUsed() implements Input {}

  /** An operator says that the empty directory is no lost one. */
  record EmptyStateConfirmed() implements Input {}

  /**
   * A fence hook has answered. The answer was asked for by this life of the member, and no earlier
   * one.
   *
   * @param target the life that was to be fenced
   * @param startedNanos this life's clock before the first hook of the level that answered was
   *     called: what began before that has ended if the answer says so
   * @param scope what a confirmation means
   * @param result the answer
   */
  record FenceAnswered(Life target, long startedNanos, FenceHook.Scope scope, FenceResult result)
      implements Input {}

  /** An operator says that this member's machine is off. */
  record FenceConfirmed(MemberId member) implements Input {}

  /** Another roster is in force at this member; durable, if it knows the roster's role at all. */
  record RosterChanged(Roster roster) implements Input {}

  /** The roster in force is known to be committed since then. */
  record RosterCommitted(long sinceNanos) implements Input {}

  /** Asks the leader of the roster's role to write a roster: it is in force with the same step. */
  record WriteRoster(Roster roster, RegisterValue value) implements Input {}

  /** Another member holds this roster on disk: it is in force with the same step. */
  record RosterTold(Roster roster, RegisterValue value) implements Input {}

  /**
   * An operator says that the empty directory is no lost one, and this is the roster that this
   * member has been told of.
   */
  record RosterConfirmed(RegisterValue value) implements Input {}

  /** This member was found to hold less of the role than others: it asks them. */
  record Refresh() implements Input {}

  /** A fact about another life came to light here. */
  record Learned(Evidence evidence) implements Input {}
}

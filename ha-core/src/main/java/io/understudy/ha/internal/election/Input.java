package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
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
   * @param failback whether to hand over to a better member by itself
   */
  record Candidacy(boolean eligible, List<MemberId> preference, boolean failback) implements Input {
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

  /** A fact about another life came to light here. */
  record Learned(Evidence evidence) implements Input {}
}

package io.understudy.ha.internal.witness;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.Standing;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a leader knows at the moment it sends: enough to create a row that is missing.
 *
 * @param self this life
 * @param epoch the epoch in which it leads
 * @param roster the members and their votes
 * @param acknowledged who has acknowledged this leadership
 * @param register the register it stores
 */
public record Leading(
    Life self,
    long epoch,
    Roster roster,
    Map<MemberId, Acknowledged> acknowledged,
    RegisterValue register) {
  /**
   * The newest acknowledgement of a member.
   *
   * @param incarnation the life that gave it
   * @param sentNanos when the leader had sent what it acknowledged
   */
  public record Acknowledged(long incarnation, long sentNanos) {}

  /** Copies. */
  public Leading {
    acknowledged = Map.copyOf(acknowledged);
  }

  /** What the member knows if it leads in that state; null if it does not. */
  public static @Nullable Leading of(RoleState state) {
    if (!(state.standing() instanceof Standing.Leader leader)) {
      return null;
    }
    Map<MemberId, Acknowledged> acknowledged = new TreeMap<>();
    leader
        .peers()
        .forEach(
            (member, peer) -> {
              if (peer.acknowledged() && peer.echo() != null) {
                acknowledged.put(
                    member, new Acknowledged(peer.echo().incarnation(), peer.ackedNanos()));
              }
            });
    return new Leading(
        state.settings().self(),
        leader.epoch(),
        state.settings().roster(),
        acknowledged,
        state.ballot().register());
  }

  /**
   * Whether members that hold a quorum without the witness have acknowledged what was sent at that
   * time or later, and most of those that may lead use the same database. Two majorities of them
   * share a member, so rows of one witness cannot come to be in two databases.
   *
   * @param witness the witness, whose own vote does not count
   * @param sessions the lives that have opened a session in this database
   */
  boolean holdsQuorumWithout(MemberId witness, Map<String, Long> sessions, long sinceNanos) {
    int mayLead = 0;
    int here = 0;
    for (RosterMember entry : roster.members()) {
      if (!entry.witness()) {
        mayLead++;
        here += isHere(entry.member(), sessions) && hasHeard(entry.member(), sinceNanos) ? 1 : 0;
      }
    }
    return 2 * here > mayLead
        && roster.isQuorum(m -> !m.equals(witness) && hasHeard(m, sinceNanos));
  }

  private boolean hasHeard(MemberId member, long sinceNanos) {
    Acknowledged last = acknowledged.get(member);
    return member.equals(self.member()) || (last != null && last.sentNanos() - sinceNanos >= 0);
  }

  private boolean isHere(MemberId member, Map<String, Long> sessions) {
    Acknowledged last = acknowledged.get(member);
    Long incarnation = sessions.get(member.value());
    long wanted =
        member.equals(self.member()) ? self.incarnation() : last == null ? 0 : last.incarnation();
    return incarnation != null && incarnation == wanted;
  }
}

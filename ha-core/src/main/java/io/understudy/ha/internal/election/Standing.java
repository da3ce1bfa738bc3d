package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a member is doing about leadership.
 *
 * <pre>
 *   from \ to      Follower                       Canvassing    Candidate         Leader
 *   Follower       -                              due           invited           -
 *   Canvassing     refused, timed out, bound      -             quorum willing    -
 *   Candidate      withdrew                       -             -                 quorum of votes
 *   Leader         lease ended, resigned,         -             -                 re-elected in a
 *                  superseded, ineligible                                         higher epoch
 * </pre>
 */
public sealed interface Standing {
  /** It neither leads nor tries to. */
  record Follower() implements Standing {}

  /**
   * It asks whether it would be voted for.
   *
   * @param round the number of the canvass
   * @param untilNanos when it gives up
   * @param willing who would vote for it
   * @param shortestBoundNanos the shortest time for which somebody who refused is bound, or {@link
   *     Step#NEVER}
   * @param refused who would not
   */
  record Canvassing(
      long round,
      long untilNanos,
      Set<MemberId> willing,
      Set<MemberId> refused,
      long shortestBoundNanos)
      implements Standing {}

  /** It asks for votes. */
  record Candidate(Poll poll) implements Standing {}

  /**
   * One request for the votes of an epoch.
   *
   * @param epoch the epoch
   * @param sentNanos the candidate's clock before sending: the lease begins there
   * @param untilNanos when it gives up
   * @param retryNanos when it asks again those who have not answered
   * @param granted who voted for it
   * @param refused who did not
   * @param register the highest register among the votes
   */
  record Poll(
      long epoch,
      long sentNanos,
      long untilNanos,
      long retryNanos,
      Set<MemberId> granted,
      Set<MemberId> refused,
      RegisterValue register) {}

  /**
   * It leads, or will as soon as the register is committed in its epoch.
   *
   * @param epoch the epoch
   * @param wonNanos when the votes were in
   * @param leaseUntilNanos when it ceases to lead unless renewed
   * @param announced whether {@link Output.Elected} was given out
   * @param committed the newest register version that a quorum has stored in this epoch
   * @param settled the newest version of which {@link Output.Settled} was given out
   * @param nextRoundNanos when the next heartbeats go out
   * @param lastRoundNanos when the last ones went out
   * @param peers what it knows of the others
   * @param reelection the request for a higher epoch while the lease runs, or null
   * @param reelectNotBeforeNanos when it may ask again after a refused request
   * @param strangersPermittedUntilNanos until when somebody who is not in the roster may hold a
   *     permit
   */
  record Leader(
      long epoch,
      long wonNanos,
      long leaseUntilNanos,
      boolean announced,
      RegisterVersion committed,
      RegisterVersion settled,
      long nextRoundNanos,
      long lastRoundNanos,
      Map<MemberId, Peer> peers,
      @Nullable Poll reelection,
      long reelectNotBeforeNanos,
      long strangersPermittedUntilNanos)
      implements Standing {}

  /**
   * What a leader knows of another member.
   *
   * @param acknowledged whether it has acknowledged this leadership at all
   * @param ackedNanos the send time of the newest round it acknowledged
   * @param stored the register version it last said it stores
   * @param echo the latest acknowledgement, to be given back
   * @param permitUntilNanos when a permit that this acknowledgement earns has run out on any clock
   * @param electable whether it could lead
   */
  record Peer(
      boolean acknowledged,
      long ackedNanos,
      RegisterVersion stored,
      Message.@Nullable Echo echo,
      long permitUntilNanos,
      boolean electable) {

    /**
     * After an acknowledgement. Within an epoch what is stored only grows; older replies change
     * nothing.
     */
    Peer acknowledgedBy(Life from, Message.HeartbeatReply reply, long permitNanos) {
      boolean newer = !acknowledged || reply.sentNanos() - ackedNanos >= 0;
      boolean sameLife = echo != null && echo.incarnation() == from.incarnation();
      boolean grown = reply.stored().isNewerThan(stored);
      RegisterVersion nowStored = grown || (newer && !sameLife) ? reply.stored() : stored;
      return newer
          ? new Peer(
              true,
              reply.sentNanos(),
              nowStored,
              new Message.Echo(from.incarnation(), reply.repliedNanos()),
              permitNanos,
              reply.electable())
          : new Peer(true, ackedNanos, nowStored, echo, permitUntilNanos, electable);
    }
  }
}

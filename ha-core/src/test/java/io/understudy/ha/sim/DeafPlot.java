package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a voter behind in a higher epoch, and makes the leader deaf at the moment when it asks its
 * own voters for an epoch above that.
 *
 * <pre>
 *   1.  V -- vote 7, vote 8 --> nobody       V raises its epoch in vain
 *   2.  L -- vote 7 --> W                    L leads in epoch 7
 *   3.  V -- "8" --> L                       V cannot follow epoch 7
 *   4.  L -- vote 9 --> V, W                 no vote reaches L, whose lease of epoch 7 runs on
 * </pre>
 *
 * A leader that now resigned epoch 9 would release the promises that its running lease stands on.
 */
final class DeafPlot implements Plot {
  private enum Phase {
    WAITING,
    RAISING,
    ELECTING,
    MEETING,
    DEAF,
    OVER
  }

  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;
  private Phase phase = Phase.WAITING;
  private @Nullable SimMember loser;
  private long firstEpoch;

  DeafPlot(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
  }

  @Override
  public boolean intercepts(SimMember from, SimMember to, Envelope envelope) {
    Message message = envelope.message();
    if (phase == Phase.WAITING && message instanceof Message.VoteRequest request && !leads(from)) {
      loser = from;
      firstEpoch = request.epoch();
      become(Phase.RAISING);
      cluster.later(8 * lease, () -> become(Phase.OVER));
    }
    return switch (phase) {
      case RAISING -> interceptsWhileRaising(from, to, message);
      case ELECTING ->
          (to == loser && message instanceof Message.CanvassReply)
              || (from == loser && !(message instanceof Message.Resignation));
      default -> false;
    };
  }

  /** The loser raises its epoch as often as it likes; nobody else gets as far as that. */
  private boolean interceptsWhileRaising(SimMember from, SimMember to, Message message) {
    if (from == loser && message instanceof Message.VoteRequest request) {
      if (request.epoch() > firstEpoch) {
        become(Phase.ELECTING);
      }
      return true;
    }
    return to != loser && message instanceof Message.CanvassReply;
  }

  @Override
  public void announced(SimMember member, String role, Output output) {
    if (phase == Phase.ELECTING && member != loser && output instanceof Output.Elected) {
      become(Phase.MEETING);
    }
  }

  @Override
  public void sent(SimMember member, Envelope envelope) {
    if (phase != Phase.MEETING
        || !(envelope.message() instanceof Message.VoteRequest)
        || !leads(member)) {
      return;
    }
    become(Phase.DEAF);
    for (SimMember other : cluster.members()) {
      cluster.network().cut(other.index(), member.index());
    }
    cluster.chaos().later(dice.between(lease / 2, 3 * lease), this::end);
  }

  private void end() {
    cluster.network().mend();
    become(Phase.OVER);
  }

  private void become(Phase next) {
    phase = next;
    if (cluster.tracing()) {
      cluster.trace(loser, "** plot: " + next);
    }
  }

  private boolean leads(SimMember member) {
    for (int role = 0; role < cluster.shape().roles().size(); role++) {
      if (member.face(role).leads(member.localNanos())) {
        return true;
      }
    }
    return false;
  }
}

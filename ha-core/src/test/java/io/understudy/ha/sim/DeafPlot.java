package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Message;

/**
 * Leaves voters behind in a higher epoch, and makes the leader deaf at the moment when it asks its
 * own voters for an epoch above theirs.
 *
 * <pre>
 *   1.  C -- vote 7 --> V       C is cut off before anybody else hears of epoch 7
 *   2.  L leads in epoch 6; V answers its heartbeat: "7"
 *   3.  L -- vote 8 --> V, W    the votes do not reach L, whose lease of epoch 6 runs on
 * </pre>
 *
 * A leader that now resigned epoch 8 would release the promises that its running lease stands on.
 */
final class DeafPlot implements Plot {
  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;
  private boolean busy;

  DeafPlot(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
  }

  @Override
  public boolean intercepts(SimMember from, SimMember to, Envelope envelope) {
    // A candidature reaches one voter only, every other time.
    return !leads(from)
        && envelope.message() instanceof Message.VoteRequest request
        && request.epoch() % 2 == 0
        && to.index() != (from.index() + 1) % cluster.shape().size();
  }

  @Override
  public void sent(SimMember member, Envelope envelope) {
    if (busy
        || !(envelope.message() instanceof Message.VoteRequest)
        || !leads(member)
        || dice.chance(0.3)) {
      return;
    }
    busy = true;
    for (SimMember other : cluster.members()) {
      cluster.network().cut(other.index(), member.index());
    }
    if (cluster.tracing()) {
      cluster.trace(member, "** plot: is deaf now");
    }
    cluster.later(dice.between(lease / 2, 3 * lease), this::end);
  }

  private void end() {
    if (cluster.chaos().isRaging()) {
      cluster.network().mend();
      busy = false;
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

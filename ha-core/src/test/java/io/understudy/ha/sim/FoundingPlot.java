package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import java.util.ArrayList;
import java.util.List;

/**
 * A first start in which one member's first answers are stale when its last one comes in.
 *
 * <pre>
 *   N asks everybody; all but M answer "empty"; the request to M is slow
 *   N is paused; the others, M too, are founded, elect and vote
 *   M loses its disk, starts again, gets N's request at last and answers "empty"
 *   N goes on and has an "empty" of everybody
 * </pre>
 *
 * Were that a founding, M would believe that it has forgotten nothing.
 */
final class FoundingPlot implements Plot {
  private final SimCluster cluster;
  private final Dice dice;
  private final SimMember asker;
  private final SimMember forgetful;
  private final List<Envelope> held = new ArrayList<>();
  private int answers;
  private boolean paused;
  private boolean done;

  FoundingPlot(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.asker = dice.pick(cluster.members());
    int next = 1 + dice.below(cluster.shape().size() - 1);
    this.forgetful = cluster.members().get((asker.index() + next) % cluster.shape().size());
  }

  @Override
  public boolean intercepts(SimMember from, SimMember to, Envelope envelope) {
    if (!done && from == asker && to == forgetful
        && envelope.message() instanceof Message.StateRequest) {
      held.add(envelope);
      return true;
    }
    return false;
  }

  @Override
  public void sent(SimMember member, Envelope envelope) {
    // Having answered everybody twice, it is of no more use to the founding of the others.
    if (!done && !paused && member == asker && envelope.message() instanceof Message.StateReply) {
      answers++;
      if (answers == 2 * (cluster.shape().size() - 1)) {
        paused = true;
        long lease = cluster.shape().times().leaseNanos();
        cluster.later(0, () -> asker.pause(dice.between(lease / 2, 3 * lease)));
      }
    }
  }

  @Override
  public void announced(SimMember member, String role, Output output) {
    if (done || !(output instanceof Output.Elected) || !cluster.chaos().isRaging()) {
      return;
    }
    done = true;
    long lease = cluster.shape().times().leaseNanos();
    cluster.later(0, () -> cluster.chaos().crashAndRestart(forgetful, true, lease / 100));
    for (Envelope envelope : held) {
      cluster.plan(lease / 50, forgetful, envelope);
    }
  }
}

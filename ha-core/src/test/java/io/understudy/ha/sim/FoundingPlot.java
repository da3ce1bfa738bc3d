package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import java.util.ArrayList;
import java.util.List;

/**
 * A first start of five in which one member's first answers are stale when its last one comes in.
 *
 * <pre>
 *   N asks; K, A and B answer "empty"; the request to M is slow
 *   K, A, B and M are founded; K and A and M elect K, of which B and N hear nothing
 *   M loses its disk, starts again, gets N's request at last and answers "empty"
 *   N has an "empty" of everybody; K and A are cut off
 * </pre>
 *
 * Were that a founding, M would believe that it has forgotten nothing and elect somebody else with
 * N and B, in the very same epoch.
 */
final class FoundingPlot implements Plot {
  private final SimCluster cluster;
  private final long lease;
  private final SimMember asker;
  private final SimMember forgetful;
  private final SimMember ignorant;
  private final List<Envelope> held = new ArrayList<>();
  private boolean over;

  FoundingPlot(SimCluster cluster) {
    this.cluster = cluster;
    this.lease = cluster.shape().times().leaseNanos();
    int first = cluster.dice().below(cluster.shape().size());
    this.asker = memberAt(first);
    this.forgetful = memberAt(first + 1);
    this.ignorant = memberAt(first + 2);
    cluster.later(lease / 40, () -> cluster.chaos().viewsChangeNow());
    cluster.later(2 * lease, () -> over = true);
  }

  private SimMember memberAt(int index) {
    return cluster.members().get(index % cluster.shape().size());
  }

  private boolean isOutside(SimMember member) {
    return member == asker || member == ignorant;
  }

  @Override
  public boolean startsAllAtOnce() {
    return true;
  }

  @Override
  public boolean intercepts(SimMember from, SimMember to, Envelope envelope) {
    if (over) {
      return false;
    }
    Message message = envelope.message();
    if (from == asker && to == forgetful && message instanceof Message.StateRequest) {
      held.add(envelope);
      return true;
    }
    boolean leads = message instanceof Message.VoteRequest || message instanceof Message.Heartbeat;
    return (isOutside(to) && leads)
        || ((isOutside(to) || to == forgetful) && message instanceof Message.CanvassReply);
  }

  @Override
  public void announced(SimMember member, String role, Output output) {
    if (!over && output instanceof Output.Elected) {
      over = true;
      cluster.chaos().later(0, this::strike);
    }
  }

  private void strike() {
    cluster.trace(forgetful, "** plot: is to forget");
    for (SimMember here : cluster.members()) {
      for (SimMember there : cluster.members()) {
        boolean hereOutside = isOutside(here) || here == forgetful;
        boolean thereOutside = isOutside(there) || there == forgetful;
        if (hereOutside != thereOutside) {
          cluster.network().cut(here.index(), there.index());
        }
      }
    }
    cluster.chaos().mortality().crashAndRestart(forgetful, true, lease / 200);
    for (Envelope envelope : held) {
      cluster.plan(lease / 100, forgetful, envelope);
    }
    long promise = cluster.shape().times().promiseNanos();
    cluster.chaos().later(4 * promise, () -> cluster.network().mend());
  }
}

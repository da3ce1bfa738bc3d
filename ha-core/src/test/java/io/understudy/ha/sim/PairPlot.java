package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import java.util.HashMap;
import java.util.Map;

/**
 * Two members with fence hooks lose sight of each other, in all ways and for all times, and begin
 * again with what they remember.
 *
 * <pre>
 *   A ==== B        A -x- B        A --> B        A <-- B
 *                   both fence     deaf and mute, so that one of them knows more
 * </pre>
 *
 * And a fence that is slow to answer: its target begins again and rejoins meanwhile, a late message
 * of its old life follows, then comes the answer, and the link is cut.
 *
 * <pre>
 *   A: calls the hook   | hears B' | hears B, late | CONFIRMED | -x- | writes
 *   B: ended, begins as B', meets A                            | -x- | fences A
 * </pre>
 */
final class PairPlot implements Plot {
  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;
  private long cuts;
  private final Map<MemberId, Envelope> said = new HashMap<>();

  PairPlot(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
  }

  @Override
  public void announced(SimMember member, String role, Output output) {
    if (output instanceof Output.Elected && dice.chance(0.6)) {
      cluster.chaos().later(dice.between(0, 2 * lease), () -> strike(member));
    }
  }

  @Override
  public void sent(SimMember member, Envelope envelope) {
    if (envelope.message() instanceof Message.HeartbeatReply) {
      said.put(member.id(), envelope);
    }
  }

  /**
   * Whether it takes this fence for its own purpose: it kills after two hundredths of a lease and
   * answers after one lease.
   */
  boolean stagesRejoin(SimMember requester, SimMember target) {
    Envelope late = said.get(target.id());
    if (late == null || !cluster.chaos().isRaging() || !dice.chance(0.2)) {
      return false;
    }
    cluster.chaos().later(lease / 100, () -> cluster.network().mend());
    cluster.chaos().later(lease * 3 / 100, () -> cluster.start(target));
    cluster.chaos().later(lease - lease / 100, () -> cluster.plan(0, requester, late));
    cluster.chaos().later(lease + lease / 20, () -> cut(requester, 0));
    cluster
        .chaos()
        .later(lease + lease / 10, () -> cluster.chaos().applications().write(requester, 0));
    return true;
  }

  private void strike(SimMember leader) {
    cut(leader, dice.below(4));
    if (dice.chance(0.5)) {
      int role = dice.below(cluster.shape().roles().size());
      cluster
          .chaos()
          .later(dice.between(0, lease), () -> cluster.chaos().applications().write(leader, role));
    }
  }

  private void cut(SimMember leader, int way) {
    cluster.tally().count(Fault.PAIR_CUT);
    SimMember other = cluster.members().get(1 - leader.index());
    if (way != 1) {
      cluster.network().cut(leader.index(), other.index());
    }
    if (way != 2) {
      cluster.network().cut(other.index(), leader.index());
    }
    if (cluster.tracing()) {
      cluster.trace(leader, "** plot: cut, way " + way);
    }
    cluster.chaos().viewsChangeNow();
    long cut = ++cuts;
    cluster.chaos().later(dice.between(0, 6 * lease), () -> end(cut));
  }

  private void end(long cut) {
    if (cut == cuts) {
      if (cluster.tracing()) {
        cluster.trace(null, "** plot: mended");
      }
      cluster.network().mend();
      cluster.chaos().viewsChanged();
    }
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.runtime.MemberRecord;
import java.io.Serial;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of one member do to the world, in their order. A crash may strike before each
 * effect and during a save; then the save has happened or not, never half.
 */
final class Effects {
  /** Thrown through the core when the process ends in the middle of a step. */
  static final class Crash extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    Crash() {
      super("crash", null, false, false);
    }
  }

  private record Effect(long at, @Nullable String role, Object what) {}

  private record Outgoing(MemberId to, List<Envelope> envelopes) {}

  /** The effect after a failed save: the process ends. */
  private static final Object END = new Object();

  private final SimCluster cluster;
  private final SimMember member;
  private final Deque<Effect> pending = new ArrayDeque<>();
  private int crashCountdown = -1;

  Effects(SimCluster cluster, SimMember member) {
    this.cluster = cluster;
    this.member = member;
  }

  void forget() {
    pending.clear();
    crashCountdown = -1;
  }

  /** The process ends before its n-th effect from now on; not at all for a negative number. */
  void crashAfter(int count) {
    crashCountdown = count;
  }

  boolean arePending() {
    return !pending.isEmpty();
  }

  /** When the next pending effect is due. */
  long nextAt() {
    Effect next = pending.peek();
    return next == null ? Long.MAX_VALUE : next.at();
  }

  // ---- later

  void sendAt(long at, MemberId to, List<Envelope> envelopes) {
    pending.add(new Effect(at, null, new Outgoing(to, envelopes)));
  }

  void saveAt(long at, MemberRecord changed) {
    pending.add(new Effect(at, null, changed));
  }

  void announceAt(long at, String role, Output output) {
    pending.add(new Effect(at, role, output));
  }

  void endAt(long at) {
    pending.add(new Effect(at, null, END));
  }

  void performNext() {
    Effect effect = pending.remove();
    Object what = effect.what();
    if (what instanceof Outgoing outgoing) {
      send(outgoing.to(), outgoing.envelopes());
    } else if (what instanceof MemberRecord changed) {
      save(changed);
    } else if (what instanceof Output output && effect.role() != null) {
      announce(effect.role(), output);
    } else {
      throw new Crash();
    }
  }

  // ---- now

  void send(MemberId to, List<Envelope> envelopes) {
    crashIfDue();
    for (Envelope envelope : envelopes) {
      if (cluster.tracing()) {
        cluster.trace(member, "   -> " + to + " " + envelope.message());
      }
      cluster.invariants().sent(member, to, envelope);
    }
    SimWitness row = cluster.row();
    if (row == null || !row.takes(member, to, envelopes)) {
      cluster.network().send(member, cluster.member(to), envelopes);
    }
    for (Envelope envelope : envelopes) {
      cluster.chaos().sent(member, envelope);
    }
  }

  void save(MemberRecord changed) {
    boolean struck = isStruck();
    if (struck) {
      cluster.tally().count(Fault.CRASH_IN_STORE);
    }
    if (!struck || cluster.dice().chance(0.5)) {
      MemberRecord before = member.store().stored();
      member.store().save(changed);
      if (cluster.tracing()) {
        cluster.trace(member, "   stored " + changed.ballots());
      }
      cluster.invariants().stored(member, before, changed);
    }
    if (struck) {
      throw new Crash();
    }
    cluster.chaos().stored(member);
  }

  void announce(String role, Output output) {
    crashIfDue();
    if (cluster.tracing()) {
      cluster.trace(member, "   == " + role + " " + output);
    }
    cluster.invariants().announced(member, role, output);
    cluster.chaos().announced(member, role, output);
    cluster.fences().announced(member, output);
    cluster.placement().announced(member, role, output);
    cluster.beside().announced(member, role, output);
  }

  private void crashIfDue() {
    if (isStruck()) {
      cluster.tally().count(Fault.CRASH_IN_STEP);
      throw new Crash();
    }
  }

  private boolean isStruck() {
    return crashCountdown >= 0 && crashCountdown-- == 0;
  }
}

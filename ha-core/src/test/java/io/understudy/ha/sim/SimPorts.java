package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.runtime.MemberRecord;
import io.understudy.ha.internal.runtime.Ports;
import java.io.IOException;
import java.util.List;

/**
 * The world as the core of one member meets it. What a step does (saves, sends, announcements)
 * happens in its order: at once or, when the step is slow or the member paused in the middle of it,
 * later one by one.
 */
final class SimPorts implements Ports {
  /** Of whole nanoseconds, when the clock is anchored anew. */
  private static final long ROUNDING_NANOS = 10;

  private final SimCluster cluster;
  private final SimMember member;
  private final Effects effects;
  private boolean slow;
  private long lagNanos;
  private long lastNanos;

  SimPorts(SimCluster cluster, SimMember member, Effects effects) {
    this.cluster = cluster;
    this.member = member;
    this.effects = effects;
  }

  /** A step begins now, and may turn out to be slow. */
  void beginStep() {
    if (nanos() - lastNanos < -ROUNDING_NANOS) {
      throw new Violation(
          Invariant.CONTRACT,
          member.life()
              + " begins a step "
              + (lastNanos - nanos()) / 1_000_000.0
              + " ms of its clock before its last one is over");
    }
    slow = cluster.chaos().slowness().isSlowStep() || member.store().isSlow(cluster.now());
    lagNanos = 0;
  }

  /** A step is over, or none of the life that begins has been done. */
  void endStep() {
    lastNanos = nanos();
    slow = false;
    lagNanos = 0;
  }

  /** The real time at which a slow step has arrived; now between steps. */
  long realNanos() {
    return cluster.now() + lagNanos;
  }

  @Override
  public long nanos() {
    return member.clock().localAt(realNanos());
  }

  @Override
  public void send(MemberId to, List<Envelope> envelopes) {
    if (isDeferring()) {
      effects.sendAt(dueAt(), to, envelopes);
    } else {
      effects.send(to, envelopes);
    }
  }

  @Override
  public void save(MemberRecord changed) throws IOException {
    if (slow) {
      lagNanos += cluster.chaos().slowness().saveNanos(member.store().isSlow(cluster.now()));
    }
    boolean fails = member.store().isFailing(cluster.now());
    member.store().failing(false);
    if (!fails || cluster.dice().chance(0.5)) { // what is not known to be durable may be
      if (isDeferring()) {
        effects.saveAt(dueAt(), changed);
      } else {
        effects.save(changed);
      }
    }
    if (fails) {
      throw new IOException("simulated");
    }
  }

  @Override
  public void announce(String role, Output announcement) {
    if (isDeferring()) {
      effects.announceAt(dueAt(), role, announcement);
    } else {
      effects.announce(role, announcement);
    }
  }

  private boolean isDeferring() {
    return slow || member.isPaused() || effects.arePending();
  }

  private long dueAt() {
    if (slow) {
      lagNanos += cluster.chaos().slowness().pauseInStepNanos();
      long suspension = cluster.chaos().slowness().suspensionInStepNanos();
      if (suspension > 0 && member.maySuspend()) {
        cluster.tally().count(Fault.SUSPENDED_IN_STEP);
        member.clock().suspend(cluster.now(), realNanos(), suspension);
        lagNanos += suspension;
      }
    }
    return realNanos();
  }
}

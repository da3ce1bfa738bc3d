package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Step;

/** The one time at which a member's life wants to be woken up. */
final class SimAlarm {
  private final SimCluster cluster;
  private final SimMember member;
  private long token;
  private long plannedFor = Step.NEVER;

  /** The wake-up that a life asked for. */
  record WakeUp(long token) {}

  SimAlarm(SimCluster cluster, SimMember member) {
    this.cluster = cluster;
    this.member = member;
  }

  /** The life is over, and what it asked for, too. */
  void reset() {
    token++;
    plannedFor = Step.NEVER;
  }

  /** It is awake, whoever woke it. */
  void rang() {
    plannedFor = Step.NEVER;
  }

  /** Whether another one was asked for since. */
  boolean isStale(WakeUp wakeUp) {
    return wakeUp.token() != token;
  }

  /** Wakes it at that time of its own clock, and at no other time. */
  void set(long atLocalNanos) {
    if (atLocalNanos == plannedFor) {
      return;
    }
    plannedFor = atLocalNanos;
    token++;
    if (atLocalNanos != Step.NEVER) {
      long delay = member.clock().realAt(atLocalNanos, cluster.now()) - cluster.now();
      cluster.plan(delay + cluster.chaos().slowness().timerLatency(), member, new WakeUp(token));
    }
  }
}

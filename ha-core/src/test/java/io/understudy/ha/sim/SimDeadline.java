package io.understudy.ha.sim;

import io.understudy.ha.internal.group.GroupStep;

/**
 * What ends a process whose group has not stopped in time: its own guard, which stands still when
 * the process does, and its guardian, if it has one, which does not.
 */
final class SimDeadline {
  /** The guard looks every 10 ms, and the end of the process takes its time. */
  private static final long GUARD_NANOS = 10_000_000;

  private static final long HALT_NANOS = 380_000_000;

  /** A process of its own, so it takes longer to notice. */
  private static final long GUARDIAN_NANOS = 100_000_000;

  private final SimCluster cluster;
  private final SimWork work;
  private final SimGroup group;
  private final SimMember member;
  private long haltAt = GroupStep.NEVER;

  SimDeadline(SimCluster cluster, SimWork work, SimGroup group) {
    this.cluster = cluster;
    this.work = work;
    this.group = group;
    this.member = group.member();
  }

  /** On the member's clock; {@link GroupStep#NEVER} if nothing presses. */
  void set(long atNanos) {
    long before = haltAt;
    haltAt = atNanos;
    if (haltAt != before && haltAt != GroupStep.NEVER) {
      guard(cluster.dice().between(0, GUARD_NANOS));
      if (work.plan().isGuarded(member.index())) {
        guardian();
      }
    }
  }

  boolean isOver() {
    return haltAt != GroupStep.NEVER && member.localNanos() - haltAt >= 0;
  }

  private boolean isSet(long watched) {
    return !group.hasEnded() && haltAt == watched;
  }

  /** Looks again after the deadline; a process that was frozen is ended by the first look. */
  private void guard(long latencyNanos) {
    long watched = haltAt;
    cluster.later(delayNanos() + latencyNanos, () -> guardLooks(watched));
  }

  private long delayNanos() {
    return member.clock().realAt(haltAt, cluster.now()) - cluster.now();
  }

  private void guardLooks(long watched) {
    if (!isSet(watched)) {
      return;
    }
    if (member.isPaused()) {
      long wakes = member.pauseEndsAt() - cluster.now();
      cluster.later(wakes + cluster.dice().between(0, GUARD_NANOS), () -> guardLooks(watched));
    } else if (isOver()) {
      work.count(SimWork.Happening.GUARD_HALTED);
      halt();
    } else {
      guard(0); // the clock's rate has changed
    }
  }

  void halt() {
    cluster.later(cluster.dice().between(0, HALT_NANOS), this::end);
  }

  private void end() {
    if (group.hasEnded()) {
      return;
    }
    if (member.isPaused()) {
      cluster.later(member.pauseEndsAt() - cluster.now(), this::end);
    } else {
      cluster.crashed(member);
    }
  }

  /** It ends the process though that is frozen. */
  private void guardian() {
    long watched = haltAt;
    long latency = cluster.dice().between(0, GUARDIAN_NANOS);
    cluster.later(
        delayNanos() + latency,
        () -> {
          if (isSet(watched) && isOver()) {
            work.count(SimWork.Happening.GUARDIAN_KILLED);
            cluster.crashed(member);
          } else if (isSet(watched)) {
            guardian();
          }
        });
  }
}

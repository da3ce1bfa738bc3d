package io.understudy.ha.sim;

/** How long things take that should take no time: steps, saves, timers, and pauses of a process. */
final class Slowness {
  private final SimCluster cluster;
  private final ClockFaults clockFaults;
  private final Dice dice;
  private final long lease;

  Slowness(SimCluster cluster, ClockFaults clockFaults) {
    this.cluster = cluster;
    this.clockFaults = clockFaults;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
  }

  /** Mostly near the moments at which leases and promises end. */
  long pauseNanos() {
    long promise = cluster.shape().times().promiseNanos();
    return dice.oneOf(
        dice.between(0, lease / 2),
        dice.between(lease * 9 / 10, lease * 11 / 10),
        dice.between(promise * 9 / 10, promise * 11 / 10),
        dice.between(lease, 4 * lease));
  }

  boolean isSlowStep() {
    boolean slow = cluster.chaos().isRaging() && dice.chance(cluster.weather().slowStep);
    if (slow) {
      cluster.tally().count(Fault.SLOW_STEP);
    }
    return slow;
  }

  long saveNanos(boolean slowDisk) {
    if (slowDisk) {
      return dice.between(0, 3 * lease);
    }
    return dice.chance(0.9) ? dice.between(0, lease / 100) : dice.between(0, lease / 2);
  }

  long pauseInStepNanos() {
    if (dice.chance(cluster.weather().pauseInStep)) {
      cluster.tally().count(Fault.PAUSE_IN_STEP);
      return pauseNanos();
    }
    return 0;
  }

  /** How long the machine is suspended between two outputs; 0 for not at all. */
  long suspensionInStepNanos() {
    return dice.chance(cluster.weather().suspendInStep) ? clockFaults.suspensionNanos() : 0;
  }

  long timerLatency() {
    if (cluster.chaos().isRaging() && dice.chance(cluster.weather().lateTimer)) {
      return dice.between(0, lease / 2);
    }
    return 1_000 + dice.between(0, lease / 1000);
  }
}

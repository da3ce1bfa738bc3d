package io.understudy.ha.sim;

/** Suspends machines and sets their wall clocks. */
final class ClockFaults {
  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;

  ClockFaults(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
  }

  /** The machine stands still; only its wall clock goes on, and shows it afterwards. */
  void suspend(SimMember member) {
    if (member.suspend(suspensionNanos())) {
      cluster.tally().count(Fault.SUSPENDED);
    }
  }

  /** Short ones too, several in a row: each below what is noticed, together a good part. */
  long suspensionNanos() {
    long promise = cluster.shape().times().promiseNanos();
    return dice.oneOf(
        dice.between(0, lease / 14),
        dice.between(0, lease / 4),
        dice.between(lease / 2, lease),
        dice.between(promise * 9 / 10, promise * 11 / 10),
        dice.between(lease, 4 * lease));
  }

  /** An operator, or a time service, sets the wall clock. */
  void setWall(SimMember member) {
    long byNanos =
        dice.oneOf(
            dice.between(-lease / 14, lease / 14),
            dice.between(-4 * lease, 4 * lease),
            dice.oneOf(-3_600L, 3_600L) * 1_000_000_000L);
    if (member.setWall(byNanos)) {
      cluster.tally().count(Fault.WALL_CLOCK_SET);
    }
  }
}

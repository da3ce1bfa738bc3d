package io.understudy.ha.sim;

/** Cuts links in the patterns that real networks show. Each cut heals after a while. */
final class Partitions {
  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;
  private long strikes;

  Partitions(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
  }

  void strike() {
    if (cluster.shape().size() < 2) {
      return;
    }
    switch (dice.below(5)) {
      case 0 -> split();
      case 1 -> oneWay();
      case 2 -> oneLink();
      case 3 -> partial();
      default -> heal();
    }
    changed();
  }

  /** The member hears nobody, or nobody hears it, or both. What is under way arrives. */
  void isolate(SimMember member) {
    cluster.tally().count(Fault.LEADER_ISOLATED);
    int mode = dice.below(3);
    for (SimMember other : cluster.members()) {
      if (mode != 0) {
        cluster.network().cut(member.index(), other.index());
      }
      if (mode != 1) {
        cluster.network().cut(other.index(), member.index());
      }
    }
    if (cluster.tracing()) {
      cluster.trace(member, "** isolated, mode " + mode);
    }
    changed();
  }

  private void changed() {
    cluster.chaos().viewsChanged();
    long strike = ++strikes;
    cluster.later(
        dice.between(lease / 4, 4 * lease),
        () -> {
          if (strike == strikes && cluster.chaos().isRaging()) {
            heal();
            cluster.chaos().viewsChanged();
          }
        });
  }

  private int someMembers() {
    int all = (1 << cluster.shape().size()) - 1;
    return 1 + dice.below(all - 1);
  }

  private void split() {
    cluster.tally().count(Fault.SPLIT);
    cut(someMembers(), true);
  }

  private void oneWay() {
    cluster.tally().count(Fault.ONE_WAY);
    cut(someMembers(), false);
  }

  private void cut(int side, boolean bothWays) {
    cluster.network().mend();
    for (int from = 0; from < cluster.shape().size(); from++) {
      for (int to = 0; to < cluster.shape().size(); to++) {
        boolean fromIn = (side >> from & 1) == 1;
        boolean toIn = (side >> to & 1) == 1;
        if (fromIn != toIn && (fromIn || bothWays)) {
          cluster.network().cut(from, to);
        }
      }
    }
    trace("cut between " + Integer.toBinaryString(side) + " and the rest, both ways " + bothWays);
  }

  private void oneLink() {
    cluster.tally().count(Fault.LINK_CUT);
    int from = dice.below(cluster.shape().size());
    int to = dice.below(cluster.shape().size());
    cluster.network().cut(from, to);
    if (dice.chance(0.5)) {
      cluster.network().cut(to, from);
    }
    trace("link cut " + (from + 1) + " to " + (to + 1));
  }

  /** A ring, a star, or whatever. */
  private void partial() {
    cluster.tally().count(Fault.PARTIAL);
    cluster.network().mend();
    int size = cluster.shape().size();
    int hub = dice.below(size);
    int pattern = dice.below(3);
    for (int a = 0; a < size; a++) {
      for (int b = 0; b < a; b++) {
        boolean linked =
            switch (pattern) {
              case 0 -> a - b == 1 || a - b == size - 1;
              case 1 -> a == hub || b == hub;
              default -> dice.chance(0.5);
            };
        if (!linked) {
          cluster.network().cut(a, b);
          cluster.network().cut(b, a);
        }
      }
    }
    trace("partial connectivity, pattern " + pattern + ", hub " + (hub + 1));
  }

  private void heal() {
    cluster.tally().count(Fault.HEALED);
    cluster.network().mend();
    trace("network healed");
  }

  private void trace(String what) {
    if (cluster.tracing()) {
      cluster.trace(null, "** " + what);
    }
  }
}

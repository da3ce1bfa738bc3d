package io.understudy.ha.sim;

import io.understudy.ha.internal.election.TimeValues;

/**
 * How rough a seed is. Every seed has its own mixture: uniform chaos finds little, because it
 * neither lets a cluster get anywhere nor strikes where it hurts. The second half strikes at the
 * moments on which safety hangs.
 */
final class Weather {
  /** Typical and greatest ordinary delay of a message. */
  final long delayNanos;

  final double loss;
  final double duplicate;

  /** A message arrives about a lease, a promise or two later. */
  final double late;

  /** A step takes its time: each store lasts, and the member may be paused between two outputs. */
  final double slowStep;

  final double pauseInStep;

  final double suspendInStep;

  /** Whether machines are suspended at all, so that their monotonic clocks stand still. */
  boolean suspends = true;

  /** A timer fires late. */
  final double lateTimer;

  /** Mean time between two random faults. */
  final long gapNanos;

  /** How likely each {@link Chaos.Kind} is. */
  final int[] kinds;

  final double diskLost;
  final double quickRestart;
  final double deathProved;

  /** Strike a voter that has just given its vote, or acknowledged. */
  final double crashVoter;

  /** Strike a candidate between two outputs of its candidature. */
  final double crashCandidate;

  /**
   * Cut off, pause or end a member that has just become leader, with its messages still under way.
   */
  final double strikeLeader;

  /** Lose the registers on their way to the voters, and nothing else. */
  final double loseValues;

  /** Draws the weather of a seed; when it is calm, little happens but what a plot does. */
  Weather(Dice dice, TimeValues times, boolean calm) {
    long lease = times.leaseNanos();
    delayNanos = lease / (calm ? dice.oneOf(1000L, 200L) : dice.oneOf(1000L, 200L, 200L, 50L, 10L));
    loss = calm ? 0 : dice.oneOf(0.0, 0.0, 0.02, 0.1, 0.3);
    duplicate = calm ? 0 : dice.oneOf(0.0, 0.02, 0.2);
    late = calm ? 0 : dice.oneOf(0.0, 0.0, 0.01, 0.1);
    slowStep = calm ? 0 : dice.oneOf(0.0, 0.1, 0.5);
    pauseInStep = calm ? 0 : dice.oneOf(0.0, 0.02);
    suspendInStep = calm ? 0 : dice.oneOf(0.0, 0.0, 0.02);
    lateTimer = calm ? 0 : dice.oneOf(0.0, 0.02, 0.2);
    gapNanos = calm ? 10 * lease : lease / dice.oneOf(4L, 2L, 1L, 1L) * dice.oneOf(1L, 2L, 3L);
    kinds = new int[Chaos.Kind.values().length];
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] = dice.oneOf(0, 1, 1, 3, 10);
    }
    diskLost = dice.oneOf(0.0, 0.1, 0.5);
    quickRestart = dice.oneOf(0.2, 0.5, 0.9);
    deathProved = dice.oneOf(0.0, 0.5, 1.0);
    crashVoter = calm ? 0 : dice.oneOf(0.0, 0.0, 0.05, 0.3);
    crashCandidate = calm ? 0 : dice.oneOf(0.0, 0.0, 0.1);
    strikeLeader = calm ? 0 : dice.oneOf(0.0, 0.2, 0.7);
    loseValues = calm ? 0 : dice.oneOf(0.0, 0.0, 0.0, 0.3);
  }

  /** Nothing happens by itself: for scenarios. */
  Weather(long delayNanos) {
    this.delayNanos = delayNanos;
    loss = 0;
    duplicate = 0;
    late = 0;
    slowStep = 0;
    pauseInStep = 0;
    suspendInStep = 0;
    lateTimer = 0;
    gapNanos = Long.MAX_VALUE / 4;
    kinds = new int[Chaos.Kind.values().length];
    diskLost = 0;
    quickRestart = 0;
    deathProved = 0;
    crashVoter = 0;
    crashCandidate = 0;
    strikeLeader = 0;
    loseValues = 0;
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Output;

/**
 * A shaped attack on one rule of the protocol, for the bugs that random chaos would need a lifetime
 * to provoke. Some seeds have one. It only does what the model allows, so a healthy machine
 * survives.
 */
interface Plot {
  /** Whether it keeps this message for itself, to let it through later. */
  default boolean intercepts(SimMember from, SimMember to, Envelope envelope) {
    return false;
  }

  /** Whether it needs everybody from the beginning. */
  default boolean startsAllAtOnce() {
    return false;
  }

  /** How late a member declares a role after it started; negative for the usual time. */
  default long declaresAfterNanos(SimMember member, int role) {
    return -1;
  }

  /** A message has left. */
  default void sent(SimMember member, Envelope envelope) {}

  /** Something was announced. */
  default void announced(SimMember member, String role, Output output) {}

  /** No plot at all. */
  final class None implements Plot {}

  /** The plots there are. */
  enum Kind {
    NONE,
    USURPER,
    DEAF,
    FOUNDING,
    LATE_ROLE,
    ROSTER,
    /** Two members with fence hooks. */
    PAIR,
    EXODUS;

    static Kind draw(Dice dice, Shape shape) {
      if (ExodusPlot.isPossible(shape) && dice.chance(0.5)) {
        return EXODUS;
      }
      if (shape.isChanging()) {
        return ROSTER;
      }
      if (shape.isPair() && dice.chance(0.7)) {
        return PAIR;
      }
      if (shape.size() < 3) {
        return NONE;
      }
      if (shape.start() == Shape.Start.EMPTY && shape.size() == 5 && dice.chance(0.5)) {
        return FOUNDING;
      }
      if (shape.start() == Shape.Start.OTHER_ROLES
          && shape.size() == 3
          && shape.times().heartbeatNanos() * 4 >= shape.times().leaseNanos()
          && shape.roles().size() == 2
          && dice.chance(0.7)) {
        return LATE_ROLE;
      }
      return Kind.values()[dice.weighted(new int[] {5, 3, 2})];
    }

    /** Whether partitions are left to it. */
    boolean hasPartitions() {
      return this != NONE && this != ROSTER && this != PAIR;
    }

    /** How often nothing happens beside the plot; a long one needs that more than a short one. */
    double calmness() {
      return switch (this) {
        case NONE -> 0.08;
        case LATE_ROLE -> 0.95;
        case EXODUS -> 0.8;
        case PAIR -> 0.3;
        default -> 0.6;
      };
    }

    Plot begin(SimCluster cluster) {
      return switch (this) {
        case NONE -> new None();
        case USURPER -> new UsurperPlot(cluster);
        case DEAF -> new DeafPlot(cluster);
        case FOUNDING -> new FoundingPlot(cluster);
        case LATE_ROLE -> new LateRolePlot(cluster);
        case ROSTER -> new RosterPlot(cluster);
        case PAIR -> new PairPlot(cluster);
        case EXODUS -> new ExodusPlot(cluster);
      };
    }
  }
}

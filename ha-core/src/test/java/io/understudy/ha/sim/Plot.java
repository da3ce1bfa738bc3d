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
    FOUNDING;

    static Kind draw(Dice dice, Shape shape) {
      if (shape.size() < 3) {
        return NONE;
      }
      if (shape.start() == Shape.Start.EMPTY && shape.size() == 5 && dice.chance(0.5)) {
        return FOUNDING;
      }
      return Kind.values()[dice.weighted(new int[] {5, 3, 2})];
    }

    Plot begin(SimCluster cluster) {
      return switch (this) {
        case NONE -> new None();
        case USURPER -> new UsurperPlot(cluster);
        case DEAF -> new DeafPlot(cluster);
        case FOUNDING -> new FoundingPlot(cluster);
      };
    }
  }
}

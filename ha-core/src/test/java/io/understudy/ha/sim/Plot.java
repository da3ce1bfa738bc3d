package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Output;

/**
 * A shaped attack on one rule of the protocol, for the bugs that random chaos would need a lifetime
 * to provoke. Some seeds have one. It only does what the model allows, so a healthy machine survives.
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

  /** Draws a plot for a seed; most have none. */
  static Plot draw(SimCluster cluster) {
    if (cluster.shape().size() < 3) {
      return new None();
    }
    return switch (cluster.dice().below(10)) {
      case 0, 1 -> new UsurperPlot(cluster);
      case 2 -> new DeafPlot(cluster);
      case 3 ->
          cluster.shape().start() == Shape.Start.EMPTY
              ? new FoundingPlot(cluster)
              : new UsurperPlot(cluster);
      default -> new None();
    };
  }
}

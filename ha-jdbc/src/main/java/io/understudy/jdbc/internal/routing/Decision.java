package io.understudy.jdbc.internal.routing;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What comes next: an action, or waiting.
 *
 * @param action what to do, if anything
 * @param trouble why nothing can be done; empty if nothing is wrong
 * @param heldNanos for how long a failover is put off; empty if none is
 */
record Decision(Optional<Action> action, String trouble, OptionalLong heldNanos) {
  static Decision act(Action action) {
    return new Decision(Optional.of(action), "", OptionalLong.empty());
  }

  /** The same, and something is done meanwhile. */
  Decision doing(Action meanwhile) {
    return new Decision(Optional.of(meanwhile), trouble, heldNanos);
  }

  static Decision await(String trouble) {
    return new Decision(Optional.empty(), trouble, OptionalLong.empty());
  }

  static Decision hold(String trouble, long nanos) {
    return new Decision(Optional.empty(), trouble, OptionalLong.of(nanos));
  }
}

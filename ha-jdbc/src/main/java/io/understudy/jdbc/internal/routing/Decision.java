package io.understudy.jdbc.internal.routing;

import java.util.Optional;

/**
 * What comes next: an action, or waiting.
 *
 * @param action what to do, if anything
 * @param trouble why nothing can be done; empty if nothing is wrong
 */
record Decision(Optional<Action> action, String trouble) {
  static Decision act(Action action) {
    return new Decision(Optional.of(action), "");
  }

  static Decision await(String trouble) {
    return new Decision(Optional.empty(), trouble);
  }
}

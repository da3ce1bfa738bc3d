package io.understudy.ha.sim;

import java.io.Serial;

/** An invariant does not hold. */
final class Violation extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Invariant invariant;

  Violation(Invariant invariant, String message) {
    super(invariant + ": " + message);
    this.invariant = invariant;
  }

  Invariant invariant() {
    return invariant;
  }
}

package io.understudy.jdbc;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known about the work that a failed call stood for. It decides what the caller does next.
 */
public enum Outcome {
  /** The server did not do it. Get another connection and do it again. */
  NOT_EXECUTED,
  /** The transaction has ended and left nothing. Get another connection and begin it again. */
  ROLLED_BACK,
  /** It is done and kept. */
  COMMITTED,
  /** It may or may not be done. Look at the data before doing it again. */
  UNKNOWN;

  /**
   * The outcome that an exception of this library carries, also when something wrapped it.
   *
   * @param failure what a call threw
   * @return the outcome, or empty if none of its causes is an {@link HaFailure}
   */
  public static Optional<Outcome> of(Throwable failure) {
    @Nullable Throwable at = failure;
    for (int depth = 0; at != null && depth < 20; depth++) {
      if (at instanceof HaFailure known) {
        return Optional.of(known.outcome());
      }
      at = at.getCause();
    }
    return Optional.empty();
  }

  /**
   * Shorthand.
   *
   * @param failure what a call threw, also when something wrapped it
   * @return whether the work is known to have left nothing, so that it may be done again
   */
  public static boolean mayRepeat(Throwable failure) {
    return of(failure).map(it -> it == NOT_EXECUTED || it == ROLLED_BACK).orElse(false);
  }
}

package io.understudy.ha.internal.election;

/**
 * A fact that ends a promise early. It names a life and releases nothing given to another. May be
 * relayed.
 */
public sealed interface Evidence {
  /** The life that the evidence is about. */
  Life life();

  /**
   * The life itself gave up every leadership and candidature of this epoch or a lower one; or an
   * operator says that it is off, and this is the highest epoch that was known of it then.
   */
  record Resigned(Life life, long epoch) implements Evidence {}

  /** The process of that life has ended. */
  record Died(Life life) implements Evidence {}

  /** Whether this evidence ends a promise given to that life for that epoch. */
  default boolean releases(Life promised, long epoch) {
    return promised.equals(life())
        && (!(this instanceof Resigned resigned) || epoch <= resigned.epoch());
  }
}

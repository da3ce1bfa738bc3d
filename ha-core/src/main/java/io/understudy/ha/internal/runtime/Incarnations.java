package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.election.Life;
import java.security.SecureRandom;

/** Draws the numbers of lives. */
public final class Incarnations {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Incarnations() {}

  /** A number that no other life has had, for all practical purposes. */
  public static long draw() {
    long drawn = RANDOM.nextLong();
    return drawn == Life.ANY ? 1 : drawn;
  }
}

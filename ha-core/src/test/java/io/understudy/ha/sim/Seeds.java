package io.understudy.ha.sim;

import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;

/** Any seed; left to itself the engine prefers small numbers. */
final class Seeds implements ArbitrarySupplier<Long> {
  @Override
  public Arbitrary<Long> get() {
    return Arbitraries.randomValue(Random::nextLong);
  }
}

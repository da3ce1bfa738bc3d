package io.understudy.ha.sim;

import java.util.List;
import java.util.SplittableRandom;

/** The only source of chance in a simulation. The same seed throws the same dice. */
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    random = new SplittableRandom(seed);
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** A number from {@code low} to below {@code high}; {@code low} if there is none. */
  long between(long low, long high) {
    return high <= low ? low : random.nextLong(low, high);
  }

  double between(double low, double high) {
    return low + random.nextDouble() * (high - low);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  long number() {
    return random.nextLong();
  }

  <T> T pick(List<T> items) {
    return items.get(below(items.size()));
  }

  @SafeVarargs
  final <T> T oneOf(T... items) {
    return items[below(items.length)];
  }

  /** An index, drawn by weight. */
  int weighted(int[] weights) {
    int total = 0;
    for (int weight : weights) {
      total += weight;
    }
    int left = below(Math.max(1, total));
    for (int i = 0; i < weights.length; i++) {
      left -= weights[i];
      if (left < 0) {
        return i;
      }
    }
    return 0;
  }
}

package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;

import java.time.Duration;

/** Time that a fault needs to have its effect. */
public final class Waits {
  private Waits() {}

  /** Lets at least this time pass. */
  public static void pass(Duration time) {
    long startNanos = System.nanoTime();
    await(time.toString())
        .pollInterval(Duration.ofMillis(10))
        .atMost(time.plus(Cluster.PATIENCE))
        .until(() -> System.nanoTime() - startNanos > time.toNanos());
  }
}

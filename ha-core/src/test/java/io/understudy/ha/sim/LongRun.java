package io.understudy.ha.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs seeds on all cores: each thread has simulations of its own and takes blocks of seeds, so
 * nothing is shared but the number of the next block. Every seed is judged by safety; every fourth
 * one is run again until its faults stop, and must recover.
 */
final class LongRun {
  private static final int BLOCK = 500;
  private static final int RECOVERY_EVERY = 4;
  private static final int FEWEST_MEMBERS = 3;

  private final long firstSeed;
  private final long wanted;
  private final long deadlineNanos;
  private final int threads;
  private final AtomicLong nextBlock = new AtomicLong();
  private final AtomicLong counted = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final List<Worker> workers = new ArrayList<>();
  private final Tally safety = new Tally();
  private final Tally recovery = new Tally();
  private Duration took = Duration.ZERO;

  /**
   * Prepares a run.
   *
   * @param firstSeed where to begin
   * @param wanted how many seeds of three to five members to run
   * @param atMost when to stop in any case
   */
  LongRun(long firstSeed, long wanted, Duration atMost) {
    this.firstSeed = firstSeed;
    this.wanted = wanted;
    this.deadlineNanos = System.nanoTime() + atMost.toNanos();
    this.threads = Integer.getInteger("sim.threads", Runtime.getRuntime().availableProcessors());
  }

  private final class Worker extends Thread {
    private final Simulation safe = Simulation.ofSafety().ofAtLeast(FEWEST_MEMBERS);
    private final Simulation recovering = Simulation.ofRecovery().ofAtLeast(FEWEST_MEMBERS);

    Worker(int index) {
      super("simulation-" + index);
    }

    @Override
    public void run() {
      try {
        while (goesOn()) {
          block(firstSeed + nextBlock.getAndIncrement() * BLOCK);
        }
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    }

    private void block(long first) {
      long before = safe.tally().seeds;
      for (long seed = first; seed < first + BLOCK; seed++) {
        safe.check(seed);
        if (Math.floorMod(seed, RECOVERY_EVERY) == 0) {
          recovering.check(seed);
        }
      }
      counted.addAndGet(safe.tally().seeds - before);
    }
  }

  private boolean goesOn() {
    return failure.get() == null && counted.get() < wanted && System.nanoTime() - deadlineNanos < 0;
  }

  /** Runs; throws what a seed found, with all that is needed to understand it. */
  void run() throws InterruptedException {
    long began = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      workers.add(new Worker(i));
    }
    workers.forEach(Thread::start);
    for (Worker worker : workers) {
      waitFor(worker, began);
    }
    took = Duration.ofNanos(System.nanoTime() - began);
    for (Worker worker : workers) {
      safety.add(worker.safe.tally());
      recovery.add(worker.recovering.tally());
    }
    Throwable found = failure.get();
    if (found != null) {
      throw new AssertionError(found.getMessage(), found);
    }
  }

  private void waitFor(Worker worker, long began) throws InterruptedException {
    worker.join(Duration.ofSeconds(30).toMillis());
    while (worker.isAlive()) {
      System.out.printf(
          "%d s: %d of %d seeds%n",
          (System.nanoTime() - began) / 1_000_000_000, counted.get(), wanted);
      worker.join(Duration.ofSeconds(30).toMillis());
    }
  }

  Tally safety() {
    return safety;
  }

  Tally recovery() {
    return recovery;
  }

  long firstSeed() {
    return firstSeed;
  }

  /** The seed after the last one. */
  long endSeed() {
    return firstSeed + nextBlock.get() * BLOCK;
  }

  int threads() {
    return threads;
  }

  Duration took() {
    return took;
  }
}

package io.understudy.benchmarks;

import static java.util.Objects.requireNonNull;

import io.understudy.ha.Leadership;
import io.understudy.ha.Role;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to ask whether this member leads, on a real node that renews its lease meanwhile;
 * beside the clock reads of which the answer consists.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LeadershipBenchmark {
  /** A cluster of one, which leads itself. */
  @State(Scope.Benchmark)
  public static class Leading {
    private @Nullable SingleNode single;
    @Nullable Role role;
    @Nullable Leadership leadership;

    /**
     * Starts the node and waits until it leads.
     *
     * @throws IOException if there is no temporary directory
     * @throws InterruptedException if the benchmark is stopped
     * @throws TimeoutException if it does not lead within ten seconds
     */
    @Setup
    public void start() throws IOException, InterruptedException, TimeoutException {
      SingleNode started = new SingleNode();
      single = started;
      Role main = started.node().role("main").orElseThrow();
      leadership = main.awaitLeadership(Duration.ofSeconds(10));
      role = main;
    }

    /**
     * Stops the node.
     *
     * @throws IOException if its directory cannot be removed
     */
    @TearDown
    public void stop() throws IOException {
      requireNonNull(single).close();
    }
  }

  /**
   * The monotonic clock alone.
   *
   * @return the time
   */
  @Benchmark
  public long monotonicClock() {
    return System.nanoTime();
  }

  /**
   * Both clocks, which a check reads.
   *
   * @return something of both
   */
  @Benchmark
  public long bothClocks() {
    return System.nanoTime() ^ System.currentTimeMillis();
  }

  /**
   * The check before a write.
   *
   * @param leading the leading member
   * @return true
   */
  @Benchmark
  public boolean isValid(Leading leading) {
    return requireNonNull(leading.leadership).isValid();
  }

  /**
   * The check without a leadership at hand.
   *
   * @param leading the leading member
   * @return true
   */
  @Benchmark
  public boolean isLeader(Leading leading) {
    return requireNonNull(leading.role).isLeader();
  }

  /**
   * The check that a data source makes before each statement.
   *
   * @param leading the leading member
   * @return true
   */
  @Benchmark
  public boolean isPermitted(Leading leading) {
    return requireNonNull(leading.role).register().view().isPermitted();
  }
}

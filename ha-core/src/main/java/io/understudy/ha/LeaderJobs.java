package io.understudy.ha;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that run by the clock, and only while the role is led. Threadsafe; each {@code with} returns
 * a changed copy.
 *
 * <pre>{@code
 * LeaderJobs jobs =
 *     LeaderJobs.named("billing")
 *         .atRate("invoices", Duration.ofMinutes(1), leadership -> bill(leadership.epoch()))
 *         .withDelay("cleanup", Duration.ofMinutes(5), leadership -> cleanUp())
 *         .once("greeting", Duration.ZERO, leadership -> greet());
 * RoleSpec.named("billing").running(ResourceGroup.of("jobs", jobs));
 * }</pre>
 *
 * <p>A run begins only while the leadership {@linkplain Leadership#isValid is valid}. One that is
 * under way when it ends sees it there: look before each step that cannot be taken back. A run that
 * throws is logged and counted in {@link #failures()}, and the job goes on; the JDK's executor
 * would drop it in silence.
 *
 * <p>When the group stops no run begins any more. Those under way have the {@linkplain #grace
 * grace}; then their threads are interrupted, and interrupted again each grace, and waited for: the
 * stop returns when nothing runs, not before. A run that never returns costs the process, when the
 * group's time to stop is over. A run must not wait for a stop of its own group (close, resign,
 * hand over): that waits for the run.
 */
public final class LeaderJobs implements Resource {
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(365);

  private final String name;
  private final List<JobPlan> plans;
  private final @Nullable ScheduledExecutorService shared;
  private final int threads;
  private final Duration grace;
  private final AtomicReference<@Nullable JobRuns> runs = new AtomicReference<>();
  private final AtomicInteger failures = new AtomicInteger();

  /** Something to do while the role is led. */
  @FunctionalInterface
  public interface Job {
    /**
     * Does it once. Heeds interruption.
     *
     * @param leadership what it works for
     * @throws Exception if it failed; it is tried again at its next time
     */
    void run(Leadership leadership) throws Exception;
  }

  private LeaderJobs(
      String name,
      List<JobPlan> plans,
      @Nullable ScheduledExecutorService shared,
      int threads,
      Duration grace) {
    this.name = name;
    this.plans = List.copyOf(plans);
    this.shared = shared;
    this.threads = threads;
    this.grace = grace;
  }

  /**
   * No jobs yet; on one daemon thread of its own, which lives while the role is led.
   *
   * @param name in the names of its threads, {@code ha-jobs-<name>-1}, and in what it logs
   * @return jobs with a grace of 1 s
   */
  public static LeaderJobs named(String name) {
    return new LeaderJobs(name, List.of(), null, 1, GRACE);
  }

  /**
   * With a job that begins every so often, the first time at once. A run that takes longer delays
   * the next; two of one job never run at the same time.
   *
   * @param job its name, for the log
   * @param period from beginning to beginning, 1 ms to 365 days
   * @param work what it does
   * @return a changed copy
   * @throws IllegalArgumentException if the period is out of bounds
   */
  public LeaderJobs atRate(String job, Duration period, Job work) {
    return with(new JobPlan(job, work, 0, checked("period", period, 1), JobPlan.Repeat.RATE));
  }

  /**
   * With a job that pauses so long between its runs; the first one comes at once.
   *
   * @param job its name, for the log
   * @param delay from end to beginning, 1 ms to 365 days
   * @param work what it does
   * @return a changed copy
   * @throws IllegalArgumentException if the delay is out of bounds
   */
  public LeaderJobs withDelay(String job, Duration delay, Job work) {
    return with(new JobPlan(job, work, 0, checked("delay", delay, 1), JobPlan.Repeat.DELAY));
  }

  /**
   * With a job that is done once in each leadership. One that throws is not tried again.
   *
   * @param job its name, for the log
   * @param after how long after the start, 0 to 365 days
   * @param work what it does
   * @return a changed copy
   * @throws IllegalArgumentException if the time is out of bounds
   */
  public LeaderJobs once(String job, Duration after, Job work) {
    return with(new JobPlan(job, work, checked("after", after, 0), 0, JobPlan.Repeat.NEVER));
  }

  private static long checked(String what, Duration value, long leastMillis) {
    if (value.compareTo(Duration.ofMillis(leastMillis)) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + " " + value + " is not " + leastMillis + " ms to 365 days");
    }
    return value.toNanos();
  }

  private LeaderJobs with(JobPlan plan) {
    List<JobPlan> more = new ArrayList<>(plans);
    more.add(plan);
    return new LeaderJobs(name, more, shared, threads, grace);
  }

  /**
   * With more threads of its own.
   *
   * @param count 1 to 1000; default 1
   * @return a changed copy
   * @throws IllegalArgumentException if the number is out of bounds
   */
  public LeaderJobs threads(int count) {
    if (count < 1 || count > 1_000) {
      throw new IllegalArgumentException(count + " threads are not 1 to 1000");
    }
    return new LeaderJobs(name, plans, null, count, grace);
  }

  /**
   * On an executor of the application, which is never shut down here. Where all its threads are
   * busy with other things, jobs come late.
   *
   * @param executor runs the jobs
   * @return a changed copy
   */
  public LeaderJobs on(ScheduledExecutorService executor) {
    return new LeaderJobs(name, plans, executor, threads, grace);
  }

  /**
   * With another time for runs to end by themselves when the group stops.
   *
   * @param time 0 to 365 days, default 1 s; should be well below the group's time to stop
   * @return a changed copy
   * @throws IllegalArgumentException if the time is out of bounds
   */
  public LeaderJobs grace(Duration time) {
    checked("grace", time, 0);
    return new LeaderJobs(name, plans, shared, threads, time);
  }

  /**
   * How many runs have thrown since these jobs were made. Any thread.
   *
   * @return the number
   */
  public int failures() {
    return failures.get();
  }

  @Override
  public void start(Leadership leadership) {
    ScheduledExecutorService own = shared == null ? ownExecutor() : null;
    JobRuns now =
        new JobRuns(name, leadership, failures::incrementAndGet, Optional.ofNullable(own));
    runs.set(now); // first: what cannot be begun to the end is stopped all the same
    now.begin(plans, own == null ? Objects.requireNonNull(shared) : own);
  }

  private ScheduledExecutorService ownExecutor() {
    AtomicInteger number = new AtomicInteger();
    ScheduledThreadPoolExecutor own =
        new ScheduledThreadPoolExecutor(
            threads,
            work -> {
              Thread thread = new Thread(work, "ha-jobs-" + name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    own.setRemoveOnCancelPolicy(true);
    return own;
  }

  @Override
  public void stop() throws InterruptedException {
    JobRuns now = runs.get();
    if (now != null) {
      now.end(TimeUnit.MILLISECONDS.toNanos(Math.max(1, grace.toMillis())));
      runs.compareAndSet(now, null);
    }
  }

  @Override
  public String toString() {
    return "LeaderJobs[" + name + "]";
  }
}

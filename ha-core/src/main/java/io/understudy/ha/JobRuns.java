package io.understudy.ha;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of {@link LeaderJobs} in one leadership. Its lock is held for moments only, never while
 * a job runs. A thread is interrupted under the lock and only while it is inside a run, so that no
 * interruption hits what the application's executor does next.
 */
final class JobRuns {
  private static final Logger LOG = LoggerFactory.getLogger(JobRuns.class);

  private final String name;
  private final Leadership leadership;
  private final Runnable failed;
  private final Optional<ScheduledExecutorService> own;
  private final List<Future<?>> scheduled = new ArrayList<>();
  private final Set<Thread> inside = new HashSet<>();
  private boolean ending;
  private boolean interrupted;

  /**
   * None yet.
   *
   * @param name of the jobs
   * @param leadership what they work for
   * @param failed is told of each run that threw
   * @param own the executor that ends with them, if there is one
   */
  JobRuns(
      String name, Leadership leadership, Runnable failed, Optional<ScheduledExecutorService> own) {
    this.name = name;
    this.leadership = leadership;
    this.failed = failed;
    this.own = own;
  }

  void begin(List<JobPlan> plans, ScheduledExecutorService executor) {
    for (JobPlan plan : plans) {
      Future<?> future = schedule(plan, executor);
      synchronized (this) {
        scheduled.add(future);
      }
    }
  }

  private Future<?> schedule(JobPlan plan, ScheduledExecutorService executor) {
    Runnable run = () -> run(plan);
    long first = plan.firstNanos();
    long every = plan.everyNanos();
    return switch (plan.repeat()) {
      case RATE -> executor.scheduleAtFixedRate(run, first, every, TimeUnit.NANOSECONDS);
      case DELAY -> executor.scheduleWithFixedDelay(run, first, every, TimeUnit.NANOSECONDS);
      case NEVER -> executor.schedule(run, first, TimeUnit.NANOSECONDS);
    };
  }

  private void run(JobPlan plan) {
    if (!leadership.isValid() || !enter()) {
      return; // the stop is under way, or will be
    }
    try {
      plan.job().run(leadership);
    } catch (Throwable e) { // the executor would drop the job for it, and tell nobody
      threw(plan, e);
    } finally {
      leave();
    }
  }

  private void threw(JobPlan plan, Throwable failure) {
    if (isInterrupted()) {
      LOG.debug("{} - job {} ended when it was interrupted", name, plan.name(), failure);
    } else {
      failed.run();
      LOG.warn("{} - job {} failed, and goes on", name, plan.name(), failure);
    }
  }

  private synchronized boolean isInterrupted() {
    return interrupted;
  }

  private synchronized boolean enter() {
    return !ending && inside.add(Thread.currentThread());
  }

  private synchronized void leave() {
    inside.remove(Thread.currentThread());
    if (interrupted) {
      boolean unused = Thread.interrupted(); // else the executor's next task would get it
    }
    notifyAll();
  }

  /**
   * Lets no run begin, and returns when none is under way. May be called again.
   *
   * @param graceNanos how long runs have before they are interrupted
   * @throws InterruptedException if this thread is interrupted; runs may be under way then
   */
  void end(long graceNanos) throws InterruptedException {
    own.ifPresent(ExecutorService::shutdown);
    cancel();
    while (!awaitNone(graceNanos)) {
      interrupt();
    }
    own.ifPresent(ExecutorService::shutdownNow);
  }

  private synchronized void cancel() {
    ending = true;
    scheduled.forEach(future -> future.cancel(false));
  }

  private synchronized boolean awaitNone(long limitNanos) throws InterruptedException {
    long untilNanos = System.nanoTime() + limitNanos;
    long leftNanos = limitNanos;
    while (!inside.isEmpty() && leftNanos > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
      leftNanos = untilNanos - System.nanoTime();
    }
    return inside.isEmpty();
  }

  private synchronized void interrupt() {
    interrupted = true;
    inside.forEach(Thread::interrupt);
  }
}

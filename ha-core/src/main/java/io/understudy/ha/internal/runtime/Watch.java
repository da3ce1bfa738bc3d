package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.runtime.StallDetector.Stall;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks after the election thread. It waits for no lock that the election thread
 * holds while it does anything slow, touches no disk, and sends nothing, so that it goes on while
 * the other hangs.
 */
final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final long MIN_THRESHOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MAX_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int LOOKS_PER_THRESHOLD = 8;

  private final long periodNanos;
  private final long thresholdNanos;
  private final Activity activity;
  private final Runnable endLeases;
  private final Consumer<Stall> report;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Makes a watcher.
   *
   * @param member whose
   * @param thresholdNanos see {@link #thresholdNanos(long)}
   * @param activity what the election thread does
   * @param endLeases ends what has run out; before anything else
   * @param report gets what stood still
   */
  Watch(
      String member,
      long thresholdNanos,
      Activity activity,
      Runnable endLeases,
      Consumer<Stall> report) {
    this.thresholdNanos = thresholdNanos;
    this.periodNanos = Math.min(thresholdNanos / LOOKS_PER_THRESHOLD, MAX_PERIOD_NANOS);
    this.activity = activity;
    this.endLeases = endLeases;
    this.report = report;
    this.thread = Threads.urgent(this::run, "ha-watch-" + member);
  }

  /** How long something must stand still to be told: a heartbeat interval, at least 50 ms. */
  static long thresholdNanos(long heartbeatNanos) {
    return Math.max(heartbeatNanos, MIN_THRESHOLD_NANOS);
  }

  void start() {
    thread.start();
  }

  private void run() {
    StallDetector detector = new StallDetector(thresholdNanos, periodNanos, System.nanoTime());
    while (!closed) {
      LockSupport.parkNanos(this, periodNanos);
      try {
        endLeases.run();
        detector.look(System.nanoTime(), activity.now()).forEach(report);
      } catch (RuntimeException | Error e) { // whoever watches must not die of what he sees
        LOG.error("{} - a look failed; the next one follows", thread.getName(), e);
      }
    }
  }

  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}

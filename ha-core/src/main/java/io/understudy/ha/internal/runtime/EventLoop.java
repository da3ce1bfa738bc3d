package io.understudy.ha.internal.runtime;

import io.understudy.ha.internal.election.Step;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns a member's election. Others enqueue; it runs tasks in order and wakes
 * for the timers. It never dies silently: what a task throws goes to the fault handler, which
 * fences.
 */
final class EventLoop {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

  /** Messages beyond this are dropped: the sender repeats them, and memory stays bounded. */
  private static final int MAX_QUEUED_MESSAGES = 2_000;

  /** The loop looks around at least this often, for clocks that jumped. */
  private static final long MAX_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final AtomicLong droppedMessages = new AtomicLong();
  private final Thread thread;
  private final Turns turns;
  private final Activity activity;
  private final long longestSleepNanos;
  private volatile boolean closed;

  /**
   * What the loop does of itself.
   *
   * @param look notices pauses and clocks that jumped; before each task
   * @param tick serves the timers; after each task, and when one is due
   * @param wakeAtNanos when a timer is due, or {@link Step#NEVER}
   * @param faultHandler gets what a task throws
   */
  record Turns(
      Runnable look, Runnable tick, LongSupplier wakeAtNanos, Consumer<Throwable> faultHandler) {}

  /**
   * Makes a loop.
   *
   * @param name its thread's name
   * @param heartbeatNanos it looks around at least this often
   * @param turns what it does of itself
   * @param activity is told what it does
   */
  EventLoop(String name, long heartbeatNanos, Turns turns, Activity activity) {
    this.activity = activity;
    this.longestSleepNanos = Math.min(heartbeatNanos, MAX_SLEEP_NANOS);
    this.turns = turns;
    this.thread = Threads.urgent(this::run, name);
  }

  /** Where in the code the loop is now. */
  StackTraceElement[] stack() {
    return thread.getStackTrace();
  }

  void start() {
    thread.start();
  }

  /** Runs the task in turn; drops it once the loop is closed. */
  void execute(Runnable task) {
    if (!closed) {
      queue.add(task);
    }
  }

  /** Like {@link #execute}, but dropped when the loop is far behind. */
  void executeMessage(Runnable task) {
    if (queue.size() < MAX_QUEUED_MESSAGES) {
      execute(task);
    } else if (droppedMessages.incrementAndGet() % MAX_QUEUED_MESSAGES == 1) {
      LOG.warn(
          "{} - {} messages wait to be processed; dropped {} so far",
          thread.getName(),
          MAX_QUEUED_MESSAGES,
          droppedMessages.get());
    }
  }

  private void run() {
    while (!closed) {
      try {
        long sleepNanos = sleepNanos();
        activity.turn(Activity.WAITING, System.nanoTime() + sleepNanos);
        Runnable task = queue.poll(sleepNanos, TimeUnit.NANOSECONDS);
        activity.turn(Activity.DECIDING, System.nanoTime());
        turns.look().run(); // clocks first: what arrived during a pause must renew nothing
        if (task != null) {
          task.run();
        }
        turns.tick().run();
      } catch (InterruptedException e) {
        LOG.debug("{} - interrupted; only close() ends this loop", thread.getName());
      } catch (Throwable e) { // in doubt fenced: an election that threw must not go on leading
        handle(e);
      }
    }
  }

  private void handle(Throwable fault) {
    try {
      turns.faultHandler().accept(fault);
    } catch (RuntimeException | Error e) {
      LOG.error("{} - the fault handler failed too", thread.getName(), e);
    }
  }

  private long sleepNanos() {
    long wakeAt = turns.wakeAtNanos().getAsLong();
    long left = wakeAt == Step.NEVER ? longestSleepNanos : wakeAt - System.nanoTime();
    return Math.max(0, Math.min(left, longestSleepNanos));
  }

  boolean isCurrentThread() {
    return Thread.currentThread() == thread;
  }

  /** Ends the loop after what it runs now. */
  void close(long timeoutNanos) {
    closed = true;
    queue.add(() -> {});
    if (isCurrentThread()) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.timedJoin(thread, timeoutNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Keeps watch until the parent ends, or ends it; then stops what is left of it. */
final class Keeper {
  /** How often it looks for the parent's end; usually the pipe tells it at once. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** How long it waits for a message that has begun to come. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Waking so late, it has stood still itself. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** From its death to its end: its memory is freed between them. */
  private static final long END_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** How often it looks whether all has been heard; usually it is told. */
  private static final long HEAR_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Jvm jvm;
  private final Duties duties;
  private final Intake intake;
  private final Report report;
  private final Watchdog watchdog;
  private final File directory;
  private final File state;

  /** With whom and what it works. */
  Keeper(Jvm jvm, Duties duties, Intake intake, Report report, Setting setting) {
    this.jvm = jvm;
    this.duties = duties;
    this.intake = intake;
    this.report = report;
    this.watchdog = setting.watchdog();
    this.directory = setting.directory();
    this.state = setting.state();
  }

  /**
   * Where it works.
   *
   * @param watchdog to feed
   * @param directory the parent's working directory
   * @param state the member's directory
   */
  record Setting(Watchdog watchdog, File directory, File state) {}

  /** Returns when nothing is left to do: the exit status. */
  int keep() throws IOException {
    while (!duties.hasEnded() && !jvm.isGone()) {
      long lookNanos = System.nanoTime() + LOOK_NANOS;
      long feedNanos = watchdog.nextNanos();
      long wakeNanos = feedNanos - lookNanos < 0 ? feedNanos : lookNanos;
      duties.await(wakeNanos);
      if (System.nanoTime() - wakeNanos > PAUSE_NANOS) {
        listenFirst();
      }
      Duty overdue = overdue();
      if (overdue != null) {
        kill(overdue);
        hearAll();
        return stopAll();
      }
      watchdog.feed();
    }
    return parentEnded();
  }

  /** It stood still: the parent may have a lot to say, more than the pipe can hold. */
  private void listenFirst() {
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE_NANOS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody does that
    }
  }

  private @Nullable Duty overdue() {
    long now = System.nanoTime();
    Duty next = duties.next();
    if (next == null || now - next.deadlineNanos() < 0) {
      return null;
    }
    boolean heeded = intake.isHeeded(PATIENCE_NANOS);
    Duty still = duties.next();
    boolean lifted = still == null || now - still.deadlineNanos() < 0;
    if (!lifted && !heeded) {
      report.say("the process has begun to say something and does not go on");
    }
    return lifted || duties.hasEnded() ? null : still;
  }

  private void kill(Duty overdue) {
    long now = System.nanoTime();
    jvm.kill();
    boolean gone = jvm.awaitEnd(END_NANOS);
    String[] words = {
      "role ",
      overdue.role(),
      ": the group had not stopped by its deadline; killed process ",
      Long.toString(jvm.pid()),
      " ",
      Report.millis(now - overdue.deadlineNanos()),
      " after the deadline",
      gone ? ", gone after another " : ", NOT GONE after another ",
      Report.millis(System.nanoTime() - now)
    };
    if (gone) {
      report.say(words);
    } else {
      report.fail(words); // it hangs in the kernel, and executes nothing of its own any more
    }
  }

  /**
   * What the parent said just before its end may wait in the pipe, and its end is known sooner: it
   * may be the only word of what is at work. The end of the pipe comes after all of it. Not for
   * ever: the intake may be deaf, or somebody else may have inherited the pipe.
   */
  private void hearAll() {
    if (duties.hasEnded() || !jvm.isGone()) {
      return;
    }
    long untilNanos = System.nanoTime() + END_NANOS;
    while (!duties.hasEnded()) {
      if (System.nanoTime() - untilNanos >= 0) {
        report.say(
            "the pipe of process ",
            Long.toString(jvm.pid()),
            " has not ended ",
            Report.millis(END_NANOS),
            " after it; what it said last may be unheard");
        return;
      }
      feedUnlessFailed();
      LockSupport.parkNanos(duties, HEAR_NANOS);
    }
  }

  /** By itself, or somebody else ended it. */
  private int parentEnded() throws IOException {
    hearAll();
    if (duties.saidBye() || duties.toStop().isEmpty()) {
      watchdog.disarm();
      return 0;
    }
    if (!jvm.awaitEnd(END_NANOS)) {
      report.fail(
          "process ",
          Long.toString(jvm.pid()),
          " has closed its pipe and goes on; it is left alone");
      report.conclude(END_NANOS / 1_000_000);
      return GuardianMain.FAILED;
    }
    report.say("process ", Long.toString(jvm.pid()), " has ended while resources were at work");
    return stopAll();
  }

  /** All roles at once, each in its time; and before that, in that time, what would disturb it. */
  private int stopAll() {
    long began = System.nanoTime();
    List<Duty> toStop = duties.toStop();
    long shortest = END_NANOS;
    for (Duty duty : toStop) {
      shortest = Math.min(shortest, duty.stopLimitNanos() / 2);
    }
    OrphanEnd orphans = new OrphanEnd(RunFile.of(state, jvm.id()), report, shortest);
    feedUntilEndOf(begin(orphans, "orphans"));
    List<Thread> threads = new ArrayList<>();
    for (Duty duty : toStop) {
      threads.add(begin(new GroupStop(duty, directory, report, began), duty.role()));
    }
    for (Thread thread : threads) {
      feedUntilEndOf(thread);
    }
    boolean failed = report.hasFailed();
    if (!failed) {
      disarm();
    }
    report.conclude(END_NANOS / 1_000_000);
    return failed ? GuardianMain.FAILED : 0;
  }

  /** On a thread of its own; where none can be had, here and now: one after the other, but all. */
  private static Thread begin(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      work.run();
    }
    return thread;
  }

  /** Stopping takes its time, too. */
  private void feedUntilEndOf(Thread thread) {
    try {
      while (thread.isAlive()) {
        feedUnlessFailed();
        thread.join(50);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody does that
    }
  }

  /**
   * If something fails the watchdog is fed no more. One that cannot be fed will bite; until then
   * there is something to stop.
   */
  private void feedUnlessFailed() {
    if (report.hasFailed()) {
      return;
    }
    try {
      watchdog.feed();
    } catch (IOException e) {
      report.fail("the watchdog cannot be fed: ", String.valueOf(e.getMessage()));
    }
  }

  private void disarm() {
    try {
      watchdog.disarm();
    } catch (IOException e) {
      report.fail("the watchdog cannot be stopped: ", String.valueOf(e.getMessage()));
    }
  }
}

package io.understudy.ha.internal.runtime;

import io.understudy.ha.Guardian;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.RoleSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a guardian running as long as the node does: a thread starts one, asks it every second
 * whether it is there, and when it has ended, or has not answered five times, tells so and starts
 * another one. Each new one hears everything anew.
 */
final class GuardianLink {
  private static final Logger LOG = LoggerFactory.getLogger(GuardianLink.class);
  private static final long ASK_MILLIS = 1_000;
  private static final int SILENT_SECONDS = 5;
  private static final String NONE = "no guardian is running";
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long HICCUP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final long GOOD_LIFE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long READY_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What one that works needs beside the time to stop: it may take that until it has begun. */
  private static final long LAST_ONE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String member;
  private final Path state;
  private final GuardianClasses classes;
  private final GuardianProcess.Greeting greeting;
  private final LastGuardian last;
  private final EventBus events;
  private final Consumer<Runnable> loop;
  private final List<GuardedGroup> groups = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile @Nullable GuardianProcess current;
  private volatile String warning = "no guardian is running: it has not been started yet";
  private boolean closed;

  /**
   * Makes it; nothing runs yet.
   *
   * @param config names the member, its state directory and the guardian's
   * @param guardian as configured
   * @param events are told when there is none
   * @param loop runs a task on the election thread
   */
  GuardianLink(HaConfig config, Guardian guardian, EventBus events, Consumer<Runnable> loop) {
    this.member = config.member().value();
    this.state = config.stateDirectory();
    this.classes = new GuardianClasses(state);
    this.greeting = new GuardianProcess.Greeting(member, state, guardian);
    this.last = new LastGuardian(state);
    this.events = events;
    this.loop = loop;
    this.thread = Threads.ordinary(this::run, "ha-guardian-" + member);
  }

  /**
   * Watches a group, too. Any thread.
   *
   * @throws IllegalArgumentException if a resource outlives the process and names no stop command
   */
  GroupWatch watch(RoleSpec spec, Runnable eligibilityChanged) {
    GuardedGroup group = new GuardedGroup(this, spec, eligibilityChanged);
    if (!spec.group().entries().isEmpty()) {
      groups.add(group);
    }
    return group;
  }

  /** Sets it going. */
  void start() {
    thread.start();
  }

  // ---- its thread ------------------------------------------------------------------------------

  private void run() {
    tellOfTheLast();
    long pauseMillis = FIRST_PAUSE_MILLIS;
    while (!isClosed()) {
      try {
        pauseMillis = one(pauseMillis);
      } catch (InterruptedException e) {
        LOG.debug("{} - closed without a guardian's end", member);
        return;
      } catch (RuntimeException | Error e) { // whatever failed: a member needs its guardian
        LockSupport.parkNanos(this, HICCUP_NANOS);
      }
    }
  }

  /** The life of one guardian, and the pause after it. How long the next pause is. */
  private long one(long pauseMillis) throws InterruptedException {
    long began = System.nanoTime();
    String end = guarded();
    if (isClosed()) {
      return pauseMillis;
    }
    boolean lived = System.nanoTime() - began > GOOD_LIFE_NANOS;
    long now = lived ? FIRST_PAUSE_MILLIS : pauseMillis;
    ended(end, now);
    pause(now);
    return Math.min(2 * now, LONGEST_PAUSE_MILLIS);
  }

  private void tellOfTheLast() {
    try {
      GuardianReport.take(state).ifPresent(this::tell);
    } catch (RuntimeException | OutOfMemoryError e) { // the guardian matters more
      LOG.warn("{} - what the last guardian has done cannot be told", member, e);
    }
  }

  private void tell(HaEvent.GuardianActed acted) {
    String verdict = acted.allStopped() ? "stopped" : "could NOT stop";
    LOG.warn(
        "{} - the guardian of an earlier process {} what was left of it at {}: {}",
        member,
        verdict,
        acted.time(),
        acted.actions());
    events.publish(acted);
  }

  /** Starts one and stays with it. Why there is none any more. */
  private String guarded() throws InterruptedException {
    long began = System.nanoTime();
    GuardianProcess process;
    try {
      process = GuardianProcess.start(classes, greeting, groups, this::sent);
    } catch (IOException | RuntimeException | OutOfMemoryError e) { // tried again in any case
      return "could not be started: " + e.getMessage() + last.endIfThereFor(lastOneNanos());
    }
    long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    try {
      running(process, tookMillis);
      return stayWith(process);
    } finally {
      warning = NONE; // first, and made beforehand: what follows may fail
      current = null;
      process.kill();
      wakeWaiting();
    }
  }

  private long lastOneNanos() {
    long longest = 0;
    for (GuardedGroup group : groups) {
      longest = Math.max(longest, group.latest().stopLimitNanos());
    }
    return LAST_ONE_NANOS + longest;
  }

  private void running(GuardianProcess process, long tookMillis) {
    begin(process);
    process.wake(); // what changed since its sender began
    String detail = "process " + process.pid() + ", started in " + tookMillis + " ms";
    LOG.info("{} - guardian: {}", member, detail);
    changed(true, detail);
    try {
      classes.deleteOthers();
    } catch (IOException e) {
      LOG.debug("{} - files of an earlier guardian are left", member, e);
    }
  }

  private synchronized void begin(GuardianProcess process) {
    current = process;
    warning = "";
    if (closed) {
      process.sayBye();
    }
    notifyAll();
  }

  private String stayWith(GuardianProcess process) throws InterruptedException {
    while (!ends(process)) {
      if (process.isSilentFor(TimeUnit.SECONDS.toNanos(SILENT_SECONDS))) {
        return "process " + process.pid() + " has not answered for " + SILENT_SECONDS + " s";
      }
      process.ask();
    }
    return "process " + process.pid() + " ended with status " + process.status();
  }

  /**
   * A full heap is what the guardian is there for: not to be killed for it. Nor for a process that
   * stood still itself: its answers are there, and were not heard.
   */
  private boolean ends(GuardianProcess process) throws InterruptedException {
    long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ASK_MILLIS);
    try {
      boolean ended = process.awaitEnd(ASK_MILLIS);
      if (System.nanoTime() - untilNanos > PAUSE_NANOS) {
        process.excuse();
      }
      return ended;
    } catch (OutOfMemoryError e) {
      LockSupport.parkNanos(this, HICCUP_NANOS);
      return false;
    }
  }

  private void ended(String why, long pauseMillis) {
    String detail = why + "; the next one is started in " + pauseMillis + " ms";
    warning = "no guardian is running: " + detail;
    LOG.warn("{} - guardian: {}", member, detail);
    changed(false, detail);
  }

  private void changed(boolean running, String detail) {
    events.publish(new HaEvent.GuardianChanged(Instant.now(), running, detail));
    loop.accept(() -> groups.forEach(GuardedGroup::eligibilityChanged));
  }

  private synchronized void pause(long millis) throws InterruptedException {
    long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!closed && System.nanoTime() - untilNanos < 0) {
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, untilNanos - System.nanoTime()));
    }
  }

  // ---- any thread ------------------------------------------------------------------------------

  /** Why there is no guardian and what is done about it; empty if there is one. */
  String warning() {
    return warning;
  }

  /** Whether there is one that was told what is at work of a role. Any thread. */
  boolean guards(String role) {
    GuardianProcess process = current;
    if (process == null || !warning.isEmpty()) {
      return false;
    }
    for (GuardedGroup group : groups) {
      if (group.latest().role().equals(role)) {
        return process.hasHeardOf(group);
      }
    }
    return true; // nothing of it can be at work
  }

  /** Does something on the election thread, later. */
  void later(Runnable task) {
    loop.accept(task);
  }

  /** There is something new to send. Does not block. */
  void wake() {
    GuardianProcess process = current;
    if (process != null) {
      process.wake();
    }
  }

  /** The sender's thread. */
  private void sent(GuardedGroup group) {
    wakeWaiting();
  }

  private synchronized void wakeWaiting() {
    notifyAll();
  }

  /**
   * Waits until a running guardian knows until when a group may work, and what to stop of it. What
   * ends with this process does without one while none runs.
   *
   * @throws IOException if none does for ten seconds
   */
  synchronized void awaitSent(GuardedGroup group, boolean outlives)
      throws IOException, InterruptedException {
    long untilNanos = System.nanoTime() + READY_LIMIT_NANOS;
    while (true) {
      GuardianProcess process = current;
      if (process == null ? !outlives : process.watches(group)) {
        return;
      }
      long left = untilNanos - System.nanoTime();
      if (left <= 0) {
        throw new IOException(
            (outlives ? "what outlives this process" : "a resource")
                + " is not started before the guardian knows of it, and none did for 10 s; "
                + (warning.isEmpty() ? "it does not read what it is told" : warning));
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /**
   * The groups have stopped and start no more. If one of them may be at work all the same, this
   * process will end, and the guardian stays for that.
   */
  void close() {
    if (groups.stream().anyMatch(group -> !group.latest().isEmpty())) {
      return;
    }
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    GuardianProcess process = current;
    if (process != null) {
      process.sayBye();
    }
  }
}

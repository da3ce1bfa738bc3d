package io.understudy.ha;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A role's listener that must have stopped its work in time; otherwise this process ends itself, at
 * once and with status {@value #STATUS}, and its death lets others take over. For work that hangs
 * on a listener. A {@link ResourceGroup} has such a guard of its own, and a harder one.
 *
 * <pre>{@code
 * RoleSpec.named("billing-jobs")
 *     .listening(EndOwnProcess.unlessStoppedWithin(Duration.ofSeconds(5), billing))
 * }</pre>
 *
 * <p>The time runs from the moment at which the leadership ends, whether the listener has been told
 * or not: it may hang in {@code elected}. The work counts as stopped when {@code revoked} has
 * returned; if it throws, that is not known, and the process ends. A process that was frozen for
 * longer ends itself as soon as it wakes; until then nothing here can.
 *
 * <p>The end is {@link Runtime#halt}: shutdown hooks do not run, because they could hang, too.
 * Threadsafe; for one role of one node.
 */
public final class EndOwnProcess implements RoleListener {
  /** The exit status: {@code EX_TEMPFAIL}, so that supervisors start the process again. */
  public static final int STATUS = 75;

  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long TO_SPEAK_MILLIS = 100;

  private final RoleListener listener;
  private final long limitNanos;
  private volatile @Nullable Guard guard;

  private EndOwnProcess(Duration limit, RoleListener listener) {
    this.limitNanos = limit.toNanos();
    this.listener = listener;
  }

  /**
   * Guards a listener.
   *
   * @param limit how long after the end of a leadership its work may go on; at least 10 ms
   * @param listener starts and stops it
   * @return the guarded listener
   * @throws IllegalArgumentException if the limit is shorter
   */
  public static EndOwnProcess unlessStoppedWithin(Duration limit, RoleListener listener) {
    if (limit.toNanos() < PERIOD_NANOS) {
      throw new IllegalArgumentException(
          "limit is " + limit.toMillis() + " ms; at least 10 ms are wanted to stop in");
    }
    return new EndOwnProcess(limit, Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public void elected(Leadership leadership) {
    Guard begun = new Guard(leadership);
    guard = begun;
    begun.thread.start(); // before the work: if there is no thread to be had, there is no work
    listener.elected(leadership);
  }

  @Override
  public void revoked(Leadership leadership, RevokeReason reason) {
    listener.revoked(leadership, reason);
    Guard ended = guard;
    if (ended != null) {
      ended.stopped = true;
      LockSupport.unpark(ended.thread);
    }
  }

  /** Watches one leadership. */
  private final class Guard implements Runnable {
    private final Leadership leadership;
    private final Thread thread;
    private final byte[] lastWords;
    private volatile boolean stopped;

    Guard(Leadership leadership) {
      this.leadership = leadership;
      String words =
          leadership.role()
              + ": its listener has not stopped "
              + TimeUnit.NANOSECONDS.toMillis(limitNanos)
              + " ms after the end of the leadership of epoch "
              + leadership.epoch()
              + "; this process ends itself with status "
              + STATUS
              + "\n";
      this.lastWords = words.getBytes(StandardCharsets.UTF_8);
      this.thread = new Thread(this, "ha-end-own-process-" + leadership.role());
      thread.setDaemon(true);
    }

    @Override
    public void run() {
      long untilNanos = awaitEnd() + limitNanos;
      while (!stopped && System.nanoTime() - untilNanos < 0) {
        LockSupport.parkNanos(this, PERIOD_NANOS);
      }
      if (!stopped) {
        end();
      }
    }

    /** When the leadership ended: by its lease's end, or earlier if it was given up. */
    private long awaitEnd() {
      long endNanos = System.nanoTime();
      while (!stopped) {
        long now = System.nanoTime(); // first: this thread may be stopped after it
        long leftNanos = leadership.remaining().toNanos();
        if (!leadership.isValid()) {
          return now - endNanos < 0 ? now : endNanos;
        }
        endNanos = now + leftNanos;
        LockSupport.parkNanos(this, PERIOD_NANOS);
      }
      return endNanos;
    }

    private void end() {
      try {
        Thread speaker = new Thread(this::speak, "ha-last-words");
        speaker.setDaemon(true);
        speaker.start();
        speaker.join(TO_SPEAK_MILLIS); // a full pipe must hold up nothing
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        Runtime.getRuntime().halt(STATUS);
      }
    }

    /** Best effort: nobody may read, or the processor be needed elsewhere. */
    private void speak() {
      System.err.write(lastWords, 0, lastWords.length);
      System.err.flush();
    }
  }
}

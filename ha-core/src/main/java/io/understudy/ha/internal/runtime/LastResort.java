package io.understudy.ha.internal.runtime;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends this process at once: no shutdown hooks, no finalizers, no locks. Says so on standard error,
 * on a thread that was made beforehand, because the heap may be full and the pipe too.
 */
final class LastResort {
  /** The exit status: {@code EX_TEMPFAIL}, so that supervisors start the process again. */
  static final int STATUS = 75;

  private static final long TO_SPEAK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Thread speaker = Threads.urgent(this::speak, "ha-last-words");
  private final AtomicBoolean ending = new AtomicBoolean();
  private volatile byte[] words = {};
  private volatile boolean spoken;

  /** Once; again if it has failed for want of a thread. One caller at a time. */
  void start() {
    if (speaker.getState() == Thread.State.NEW) {
      speaker.start();
    }
  }

  /** What is said when the process must end. */
  static byte[] words(String text) {
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Never returns. Allocates nothing and takes no lock. Of two threads that find the same end the
   * first one speaks.
   */
  void halt(byte[] lastWords) {
    if (ending.compareAndSet(false, true)) {
      words = lastWords;
    }
    LockSupport.unpark(speaker);
    long untilNanos = System.nanoTime() + TO_SPEAK_NANOS;
    while (!spoken && System.nanoTime() - untilNanos < 0) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
    }
    Runtime.getRuntime().halt(STATUS);
  }

  private void speak() {
    FileOutputStream err = new FileOutputStream(FileDescriptor.err);
    while (true) {
      LockSupport.park(this);
      byte[] now = words;
      if (now.length > 0) {
        try {
          err.write(now);
        } catch (IOException e) {
          return; // nobody listens
        } finally {
          words = new byte[0];
          spoken = true;
        }
      }
    }
  }
}

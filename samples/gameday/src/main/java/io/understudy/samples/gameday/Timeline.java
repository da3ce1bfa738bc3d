package io.understudy.samples.gameday;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** Prints what happens, when it happens: seconds since the start, who, what. Threadsafe. */
final class Timeline {
  private final PrintStream out;
  private final long startNanos = System.nanoTime();
  private boolean ended; // guarded by this

  Timeline(PrintStream out) {
    this.out = out;
  }

  synchronized void say(String who, String what) {
    if (!ended) {
      out.printf("%8.2f s  %-9s %s%n", seconds(), who, what);
      out.flush();
    }
  }

  /** A line that begins something new. */
  synchronized void head(String text) {
    if (!ended) {
      out.printf("%n%8.2f s  %s%n", seconds(), text);
      out.flush();
    }
  }

  /** Whatever comes now is the end of processes, and no news. */
  synchronized void end() {
    ended = true;
  }

  double seconds() {
    return (double) (System.nanoTime() - startNanos) / TimeUnit.SECONDS.toNanos(1);
  }
}

package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** One run of a stop command, to its end or to its limit; then it is killed with its children. */
final class StopRun {
  private static final int MAX_OUTPUT = 300;
  private static final long OUTPUT_GRACE_MILLIS = 50;
  private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final String SELF =
      prefix(String.valueOf(ProcessId.of(ProcessHandle.current().pid())));

  private StopRun() {}

  /** With this the names of all runs of a guardian begin. */
  static String prefix(String guardian) {
    return String.join("-", "guardian", guardian, "");
  }

  /** What came of it, as the end of a sentence; empty if it succeeded. */
  static String of(StopOrder order, File directory, long limitNanos) {
    String run = SELF.concat(Long.toString(System.nanoTime()));
    Process process = null;
    try {
      process = start(order, directory, run);
      return await(process, run, limitNanos);
    } catch (IOException | RuntimeException | OutOfMemoryError e) { // the others have their turn
      if (process != null) {
        kill(process, run);
      }
      return "could not be started: ".concat(String.valueOf(e.getMessage()));
    }
  }

  private static Process start(StopOrder order, File directory, String run) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(order.words()).directory(directory).redirectErrorStream(true);
    builder.environment().putAll(order.environment());
    builder.environment().put(Orphans.VARIABLE, run);
    return builder.start();
  }

  private static String await(Process process, String run, long limitNanos) throws IOException {
    Output output = new Output(process.getInputStream());
    process.getOutputStream().close();
    if (!awaitEnd(process, limitNanos)) {
      kill(process, run);
      long millis = TimeUnit.NANOSECONDS.toMillis(limitNanos);
      return String.join(
          "", "had not ended after ", Long.toString(millis), " ms and was killed", output.told());
    }
    int status = process.exitValue();
    return status == 0
        ? ""
        : String.join("", "ended with status ", Integer.toString(status), output.told());
  }

  private static boolean awaitEnd(Process process, long limitNanos) {
    try {
      return process.waitFor(limitNanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody does that
    }
  }

  private static void kill(Process process, String run) {
    Iterator<ProcessHandle> started = process.descendants().iterator();
    process.destroyForcibly();
    while (started.hasNext()) {
      started.next().destroyForcibly();
    }
    boolean unused = Orphans.ofRun(run).end(END_NANOS); // what it has put into the background, too
  }

  /** The end of what it prints, read on a thread so that it never blocks the command. */
  private static final class Output extends Thread {
    private final InputStream from;
    private final StringBuilder text = new StringBuilder();

    Output(InputStream from) {
      this.from = from;
      setDaemon(true);
      start();
    }

    @Override
    public void run() {
      byte[] buffer = new byte[1024];
      try {
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
          keep(new String(buffer, 0, n, StandardCharsets.UTF_8));
        }
      } catch (IOException e) {
        // killed: what was read so far is all there is
      }
    }

    private synchronized void keep(String more) {
      text.append(more);
      text.delete(0, Math.max(0, text.length() - MAX_OUTPUT));
    }

    /** A child of the command may hold its output open for ever. */
    String told() {
      try {
        join(OUTPUT_GRACE_MILLIS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e); // nobody does that
      }
      synchronized (this) {
        String line = text.toString().strip().replaceAll("\\s*[\\r\\n]+\\s*", " / ");
        return line.isEmpty() ? "" : ", output: ".concat(line);
      }
    }
  }
}

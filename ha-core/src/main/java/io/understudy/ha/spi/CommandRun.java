package io.understudy.ha.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run of a program, to its end or to the limit; then it is killed together with what it has
 * started. On Linux that includes what it put into the background; it is known by the variable
 * {@code HA_RUN}, which is another one in each run. For hooks and resources that are commands.
 *
 * @param ended whether it ended by itself
 * @param status its exit status, if it ended
 * @param told the end of what it printed, ready to be appended to a sentence; may be empty
 */
public record CommandRun(boolean ended, int status, String told) {
  private static final int MAX_OUTPUT = 300;
  private static final long GRACE_MILLIS = 1_000;

  /** Inherited, because a resource may have a thread of its own go on with what it began. */
  private static final InheritableThreadLocal<RunLedger> LEDGER = new InheritableThreadLocal<>();

  /**
   * From now on the runs of this thread are noted, and those of threads that it makes.
   *
   * @param ledger where
   */
  public static void noteIn(RunLedger ledger) {
    LEDGER.set(ledger);
  }

  private static RunLedger ledger() {
    RunLedger ledger = LEDGER.get();
    return ledger == null ? RunLedger.NONE : ledger;
  }

  /**
   * Runs it.
   *
   * @param command the program and its arguments
   * @param environment added to this process' own
   * @param input what it may read
   * @param limit how long it may take
   * @return what came of it
   * @throws IOException if it cannot be noted or started
   * @throws InterruptedException if this thread is interrupted; the program is killed then
   */
  public static CommandRun of(
      List<String> command, Map<String, String> environment, String input, Duration limit)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    ProcessTree tree = ProcessTree.of(builder, ledger());
    Process process = tree.start(builder);
    boolean ended = false;
    try {
      Output output = new Output(process);
      send(process, input);
      ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (ended) {
        tree.ended(); // now: what it left running is no part of the run any more
        return new CommandRun(true, process.exitValue(), output.awaitEnd().toString());
      }
      return new CommandRun(false, -1, output.toString());
    } finally {
      if (!ended) {
        tree.kill();
      }
    }
  }

  private static void send(Process process, String text) {
    try (OutputStream input = process.getOutputStream()) {
      input.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException ignored) {
      // A command that does not read its input is judged by its exit status.
    }
  }

  /** The end of what a command prints, read on a thread so that it never blocks the command. */
  private static final class Output {
    private final StringBuilder text = new StringBuilder();
    private final Thread reader;

    Output(Process process) {
      reader = new Thread(() -> read(process.getInputStream()), "ha-command-output");
      reader.setDaemon(true);
      reader.start();
    }

    private void read(InputStream from) {
      byte[] buffer = new byte[1024];
      try (from) {
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
          keep(new String(buffer, 0, n, StandardCharsets.UTF_8));
        }
      } catch (IOException ignored) {
        // killed: what was read so far is all there is
      }
    }

    private synchronized void keep(String more) {
      text.append(more);
      text.delete(0, Math.max(0, text.length() - MAX_OUTPUT));
    }

    /** A child of the command may hold its output open for ever. */
    Output awaitEnd() {
      try {
        reader.join(GRACE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return this;
    }

    @Override
    public synchronized String toString() {
      String line = text.toString().strip().replaceAll("\\s*[\\r\\n]+\\s*", " / ");
      return line.isEmpty() ? "" : ", output: " + line;
    }
  }
}

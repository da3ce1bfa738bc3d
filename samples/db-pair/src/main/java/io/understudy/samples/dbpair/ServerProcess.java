package io.understudy.samples.dbpair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One life of a server process, with its log. */
final class ServerProcess {
  private static final long STOP_SECONDS = 10;
  private static final int LOG_TAIL_LINES = 30;
  private static final Path NO_INPUT = Path.of("/dev/null");

  private final Process process;
  private final List<String> command;
  private final Path log;

  private ServerProcess(Process process, List<String> command, Path log) {
    this.process = process;
    this.command = command;
    this.log = log;
  }

  /** Starts the process; its output is appended to the log. */
  static ServerProcess start(Installation installation, List<String> command, Path log) {
    return start(installation, command, NO_INPUT, log);
  }

  static ServerProcess start(
      Installation installation, List<String> command, Path input, Path log) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log.toFile()));
    builder.environment().putAll(installation.environment());
    try {
      return new ServerProcess(ProcessLauncher.start(builder), List.copyOf(command), log);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the end of the process; false if it lives longer than that. */
  boolean awaitEnd(Duration atMost) {
    try {
      return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabasePairException("interrupted while waiting for process " + pid(), e);
    }
  }

  /** Waits for a process that has one thing to do, and insists that it succeeds. */
  void requireSuccess(String purpose, Duration atMost) {
    boolean ended = awaitEnd(atMost);
    if (ended && process.exitValue() == 0) {
      return;
    }
    String report = report();
    kill();
    throw new DatabasePairException(
        "could not %s within %d s: %s".formatted(purpose, atMost.toSeconds(), report));
  }

  /** {@code kill -9}; returns when the process is gone. */
  void kill() {
    process.destroyForcibly();
    if (!awaitEnd(Duration.ofSeconds(30))) {
      throw new DatabasePairException("process %d survived kill -9 for 30 s".formatted(pid()));
    }
  }

  /**
   * Stops every thread of it. The signal alone stops them some time later, one after the other, and
   * on a busy machine they may answer meanwhile.
   */
  void pause() {
    signal("STOP");
    long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    while (!isStopped()) {
      if (System.nanoTime() - untilNanos > 0) {
        throw new DatabasePairException(
            "process %d has not stopped %d s after SIGSTOP".formatted(pid(), STOP_SECONDS));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private boolean isStopped() {
    Path tasks = Path.of("/proc", Long.toString(pid()), "task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        String stat = Files.readString(thread.resolve("stat"));
        if (!stat.substring(stat.lastIndexOf(')') + 1).startsWith(" T")) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false; // a thread has ended meanwhile
    }
  }

  /** The shell's own {@code kill}, because small images have no program of that name. */
  void signal(String name) {
    try {
      String script = "kill -s %s %d".formatted(name, pid());
      int status = new ProcessBuilder("/bin/sh", "-c", script).inheritIO().start().waitFor();
      if (status != 0) {
        throw new DatabasePairException("'%s' ended with status %d".formatted(script, status));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot send " + name + " to process " + pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabasePairException("interrupted while sending " + name + " to " + pid(), e);
    }
  }

  /** What to show a person when this process did not do what was wanted. */
  String report() {
    String state = process.isAlive() ? "still running" : "ended with status " + process.exitValue();
    return "process %d (%s)%ncommand: %s%nend of %s:%n%s"
        .formatted(pid(), state, String.join(" ", command), log, logTail());
  }

  private String logTail() {
    try {
      String text = new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1);
      List<String> lines = text.lines().toList();
      int from = Math.max(0, lines.size() - LOG_TAIL_LINES);
      return String.join(System.lineSeparator(), lines.subList(from, lines.size()));
    } catch (IOException e) {
      return "(unreadable: " + e + ")";
    }
  }
}

package io.understudy.samples.gameday;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One application JVM: a real process, to be killed, frozen and started again. Threadsafe. */
final class AppProcess {
  private static final Logger LOG = LoggerFactory.getLogger(AppProcess.class);
  private static final Duration SIGNAL_TIMEOUT = Duration.ofSeconds(5);

  private final String name;
  private final int httpPort;
  private final Path settings;
  private final Path directory;
  private final BiConsumer<AppProcess, String> news;
  private @Nullable Process process; // guarded by this
  private boolean endWanted; // guarded by this

  /**
   * Describes a process that {@link #start} starts.
   *
   * @param name the member
   * @param httpPort where it serves
   * @param settings the settings file
   * @param directory where its log and claims go
   * @param news takes each line that it prints, and "ended STATUS" if it ends unasked
   */
  AppProcess(
      String name,
      int httpPort,
      Path settings,
      Path directory,
      BiConsumer<AppProcess, String> news) {
    this.name = name;
    this.httpPort = httpPort;
    this.settings = settings;
    this.directory = directory;
    this.news = news;
  }

  String name() {
    return name;
  }

  String url() {
    return "http://127.0.0.1:" + httpPort;
  }

  Path log() {
    return directory.resolve(name + ".log");
  }

  Path claims() {
    return directory.resolve(name + ".claims");
  }

  /** Starts it; from the main thread, see {@link ParentDeath}. */
  synchronized void start() {
    List<String> command = new ArrayList<>(ParentDeath.prefix());
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", // starts sooner on few processors
            "-Dgameday.log=" + log(),
            "-cp",
            System.getProperty("java.class.path"),
            AppMain.class.getName(),
            settings.toString(),
            claims().toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()));
    endWanted = false;
    try {
      Process started = builder.start();
      process = started;
      Thread reader = new Thread(() -> read(started), name + "-news");
      reader.setDaemon(true);
      reader.start();
    } catch (IOException e) {
      throw new GameDayException("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  private void read(Process started) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(started.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        news.accept(this, line);
      }
    } catch (IOException e) {
      // The process has ended; its status says more.
    }
    int status = started.onExit().join().exitValue();
    if (!isEndWanted()) {
      news.accept(this, "ended " + status);
    }
  }

  private synchronized boolean isEndWanted() {
    return endWanted;
  }

  private synchronized Process current() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process;
  }

  long pid() {
    return current().pid();
  }

  /** Writes a line to its standard input. */
  void tell(String line) {
    try {
      OutputStream input = current().getOutputStream();
      input.write((line + "\n").getBytes(UTF_8));
      input.flush();
    } catch (IOException e) {
      throw new GameDayException(name + " does not listen: " + e.getMessage(), e);
    }
  }

  /** SIGKILL; returns when the process is gone. */
  void kill9() {
    synchronized (this) {
      endWanted = true;
    }
    current().destroyForcibly().onExit().join();
  }

  /** SIGSTOP. */
  void freeze() {
    signal("STOP");
  }

  /** SIGCONT. */
  void thaw() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).inheritIO().start();
      if (!kill.waitFor(SIGNAL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          || kill.exitValue() != 0) {
        throw new GameDayException("cannot send SIG%s to %s".formatted(signal, name));
      }
    } catch (IOException e) {
      throw new GameDayException("cannot send SIG%s to %s: %s".formatted(signal, name, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GameDayException("interrupted", e);
    }
  }

  /** SIGTERM, without waiting. */
  synchronized void stop() {
    endWanted = true;
    if (process != null) {
      process.destroy();
    }
  }

  /** Waits for the end, and makes it come if it is late. Returns whether it came by itself. */
  boolean awaitEnd(Duration timeout) {
    Process ending;
    synchronized (this) {
      if (process == null) {
        return true;
      }
      ending = process;
    }
    boolean ended = false;
    try {
      ended = ending.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      kill(ending);
    }
    return ended;
  }

  /** Works on a frozen process, too; waits until the process is gone, for a moment at most. */
  private static void kill(Process ending) {
    try {
      ending.destroyForcibly().onExit().get(SIGNAL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("process {} is still there after SIGKILL", ending.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static AppProcess named(List<AppProcess> apps, String name) {
    return apps.stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no application " + name));
  }
}

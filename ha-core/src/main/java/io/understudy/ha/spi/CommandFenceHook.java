package io.understudy.ha.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command to fence a member, by the convention of fence agents: options come as {@code
 * key=value} lines on standard input, so that passwords show in no process list, and exit status 0
 * means success. Immutable and threadsafe.
 *
 * <pre>{@code
 * CommandFenceHook.running("/usr/sbin/fence_ipmilan")
 *     .option("action", "off").option("username", "ha").option("password", password)
 *     .optionFor("n1", "ip", "10.0.9.1").optionFor("n2", "ip", "10.0.9.2")
 *     .exitZeroConfirms(FenceHook.Scope.PROCESS)
 * }</pre>
 *
 * <p>The line {@code nodename=<target>} is added. The command's environment tells the rest: {@code
 * HA_FENCE_TARGET}, {@code HA_FENCE_INCARNATION}, {@code HA_FENCE_CLUSTER}, {@code HA_FENCE_ROLE},
 * {@code HA_FENCE_EPOCH}, {@code HA_FENCE_REQUESTER} and {@code HA_FENCE_REASON}.
 *
 * <p>What counts:
 *
 * <ul>
 *   <li>exit status 0: confirmed, but only after {@link #exitZeroConfirms}; otherwise unknown;
 *   <li>any other exit status, and a command that cannot be started: failed;
 *   <li>no end within the limit: the command and what it started are killed; unknown.
 * </ul>
 *
 * <p>Use the action {@code off}, not {@code reboot}: with {@code reboot} the machine must be
 * certain to have gone down before the command ends.
 */
public final class CommandFenceHook implements FenceHook {
  private static final int MAX_OUTPUT = 300;
  private static final long GRACE_MILLIS = 1_000;

  private final List<String> command;
  private final Map<String, String> options;
  private final Map<String, Map<String, String>> optionsFor;
  private final Scope scope;
  private final boolean exitZeroConfirms;

  private CommandFenceHook(
      List<String> command,
      Map<String, String> options,
      Map<String, Map<String, String>> optionsFor,
      Scope scope,
      boolean exitZeroConfirms) {
    this.command = List.copyOf(command);
    this.options = options;
    this.optionsFor = optionsFor;
    this.scope = scope;
    this.exitZeroConfirms = exitZeroConfirms;
  }

  /**
   * A hook that runs a command. It confirms nothing until {@link #exitZeroConfirms} says so.
   *
   * @param words the program and its arguments, without a shell
   * @return the hook
   * @throws IllegalArgumentException if there are no words, or the first is blank
   */
  public static CommandFenceHook running(String... words) {
    if (words.length == 0 || words[0].isBlank()) {
      throw new IllegalArgumentException("no fence command; give the program and its arguments");
    }
    return new CommandFenceHook(List.of(words), Map.of(), Map.of(), Scope.RESOURCE, false);
  }

  /**
   * Adds an option for all targets.
   *
   * @param key its name
   * @param value its value
   * @return a hook with it
   * @throws IllegalArgumentException if the key is blank or has {@code =} in it, or one of them has
   *     a line break
   */
  public CommandFenceHook option(String key, String value) {
    return new CommandFenceHook(
        command, with(options, key, value), optionsFor, scope, exitZeroConfirms);
  }

  /**
   * Adds an option for one target; it overrides one for all.
   *
   * @param target the member to be fenced
   * @param key its name
   * @param value its value
   * @return a hook with it
   * @throws IllegalArgumentException if the key is blank or has {@code =} in it, or one of them has
   *     a line break
   */
  public CommandFenceHook optionFor(String target, String key, String value) {
    Map<String, Map<String, String>> changed = new TreeMap<>(optionsFor);
    changed.put(target, with(optionsFor.getOrDefault(target, Map.of()), key, value));
    return new CommandFenceHook(command, options, changed, scope, exitZeroConfirms);
  }

  /**
   * Exit status 0 means that the target is cut off, for certain. Read {@link FenceHook.Scope}
   * first.
   *
   * @param what what it is cut off from
   * @return a hook that says so
   */
  public CommandFenceHook exitZeroConfirms(Scope what) {
    return new CommandFenceHook(command, options, optionsFor, what, true);
  }

  private static Map<String, String> with(Map<String, String> before, String key, String value) {
    if (key.isBlank() || key.indexOf('=') >= 0 || hasLineBreak(key) || hasLineBreak(value)) {
      throw new IllegalArgumentException(
          "fence option '"
              + key
              + "': a name without '=' and a value without line breaks are wanted");
    }
    Map<String, String> after = new TreeMap<>(before);
    after.put(key, value);
    return after;
  }

  private static boolean hasLineBreak(String text) {
    return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
  }

  @Override
  public Scope scope() {
    return scope;
  }

  @Override
  public FenceResult fence(FenceRequest request, Duration limit) throws InterruptedException {
    Process process;
    try {
      process = start(request);
    } catch (IOException e) {
      return FenceResult.failed(command.get(0) + " cannot be started: " + e.getMessage());
    }
    Output output = new Output(process);
    boolean ended = false;
    try {
      sendOptions(process, request.target());
      ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      if (!ended) {
        kill(process);
      }
    }
    if (!ended) {
      return FenceResult.unknown(
          command.get(0)
              + " did not end within "
              + limit.toMillis()
              + " ms and was killed"
              + output);
    }
    return judge(process.exitValue(), output);
  }

  private FenceResult judge(int status, Output output) {
    String what = command.get(0) + " ended with status " + status + output.awaitEnd();
    if (status != 0) {
      return FenceResult.failed(what);
    }
    return exitZeroConfirms
        ? FenceResult.confirmed(what)
        : FenceResult.unknown(what + "; it is not configured that this confirms anything");
  }

  private Process start(FenceRequest request) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("HA_FENCE_TARGET", request.target());
    environment.put("HA_FENCE_INCARNATION", request.targetIncarnation());
    environment.put("HA_FENCE_CLUSTER", request.cluster());
    environment.put("HA_FENCE_ROLE", request.role());
    environment.put("HA_FENCE_EPOCH", Long.toString(request.epoch()));
    environment.put("HA_FENCE_REQUESTER", request.requester());
    environment.put("HA_FENCE_REASON", request.reason());
    return builder.start();
  }

  private void sendOptions(Process process, String target) {
    Map<String, String> all = new TreeMap<>(options);
    all.putAll(optionsFor.getOrDefault(target, Map.of()));
    all.put("nodename", target);
    List<String> lines = new ArrayList<>();
    all.forEach((key, value) -> lines.add(key + "=" + value + "\n"));
    try (OutputStream input = process.getOutputStream()) {
      input.write(String.join("", lines).getBytes(StandardCharsets.UTF_8));
    } catch (IOException ignored) {
      // A command that does not read its options is judged by its exit status.
    }
  }

  private static void kill(Process process) {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
  }

  /** The end of what a command prints, read on a thread so that it never blocks the command. */
  private static final class Output {
    private final StringBuilder text = new StringBuilder();
    private final Thread reader;

    Output(Process process) {
      reader = new Thread(() -> read(process.getInputStream()), "ha-fence-output");
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

  /** Names the command alone: options may be secret. */
  @Override
  public String toString() {
    return "CommandFenceHook[" + command.get(0) + ", " + scope + "]";
  }
}

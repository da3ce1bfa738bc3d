package io.understudy.ha.spi;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
    CommandRun run;
    try {
      run = CommandRun.of(command, environment(request), options(request.target()), limit);
    } catch (IOException e) {
      return FenceResult.failed(command.get(0) + " cannot be started: " + e.getMessage());
    }
    return run.ended()
        ? judge(run)
        : FenceResult.unknown(
            command.get(0)
                + " did not end within "
                + limit.toMillis()
                + " ms and was killed"
                + run.told());
  }

  private FenceResult judge(CommandRun run) {
    String what = command.get(0) + " ended with status " + run.status() + run.told();
    if (run.status() != 0) {
      return FenceResult.failed(what);
    }
    return exitZeroConfirms
        ? FenceResult.confirmed(what)
        : FenceResult.unknown(what + "; it is not configured that this confirms anything");
  }

  private static Map<String, String> environment(FenceRequest request) {
    return Map.of(
        "HA_FENCE_TARGET", request.target(),
        "HA_FENCE_INCARNATION", request.targetIncarnation(),
        "HA_FENCE_CLUSTER", request.cluster(),
        "HA_FENCE_ROLE", request.role(),
        "HA_FENCE_EPOCH", Long.toString(request.epoch()),
        "HA_FENCE_REQUESTER", request.requester(),
        "HA_FENCE_REASON", request.reason());
  }

  private String options(String target) {
    Map<String, String> all = new TreeMap<>(options);
    all.putAll(optionsFor.getOrDefault(target, Map.of()));
    all.put("nodename", target);
    List<String> lines = new ArrayList<>();
    all.forEach((key, value) -> lines.add(key + "=" + value + "\n"));
    return String.join("", lines);
  }

  /** Names the command alone: options may be secret. */
  @Override
  public String toString() {
    return "CommandFenceHook[" + command.get(0) + ", " + scope + "]";
  }
}

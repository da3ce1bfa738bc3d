package io.understudy.ha.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command to fence a member, by the convention of fence agents: options come as {@code
 * key=value} lines on standard input, so that passwords show in no process list. Immutable and
 * threadsafe.
 *
 * <pre>{@code
 * CommandFenceHook.agent(FenceHook.Scope.MACHINE, "/usr/sbin/fence_ipmilan")
 *     .option("username", "ha").option("password", password)
 *     .optionFor("n1", "ip", "10.0.9.1").optionFor("n2", "ip", "10.0.9.2")
 * }</pre>
 *
 * <p>There are two kinds. A <b>fence agent</b> ({@link #agent}) is called with {@code action=off},
 * and then with {@code action=status} until that says that the target is off. <b>Any other
 * command</b> ({@link #running}) is called once, and its exit status 0 means success.
 *
 * <p>The line {@code nodename=<target>} is added. The command's environment tells the rest: {@code
 * HA_FENCE_TARGET}, {@code HA_FENCE_INCARNATION}, {@code HA_FENCE_CLUSTER}, {@code HA_FENCE_ROLE},
 * {@code HA_FENCE_EPOCH}, {@code HA_FENCE_REQUESTER} and {@code HA_FENCE_REASON}.
 *
 * <p>What counts:
 *
 * <ul>
 *   <li>an agent whose {@code off} ended with 0 and whose {@code status} ended with 2 (off):
 *       confirmed. Status 2 alone is not enough, many commands say so of a wrong usage;
 *   <li>one whose {@code status} ended with 0 (on) until the limit: failed; with anything else:
 *       unknown;
 *   <li>another command's exit status 0: confirmed, but only after {@link #exitZeroConfirms};
 *       otherwise unknown;
 *   <li>any other exit status, a command that cannot be started, and an option that others have but
 *       the target has not: failed;
 *   <li>no end within the limit: the command and what it started are killed; unknown.
 * </ul>
 *
 * <p>Values of options whose names contain {@code pass}, {@code secret} or {@code token} are
 * blotted out of what the command prints.
 *
 * <p>If you use {@link #running}, let the command do the action {@code off}, not {@code reboot}:
 * with {@code reboot} the machine must be certain to have gone down before the command ends.
 */
public final class CommandFenceHook implements FenceHook {
  private static final int STATUS_ON = 0;
  private static final int STATUS_OFF = 2;
  private static final String ACTION = "action";
  private static final long POLL_MILLIS = 500;

  /** What makes a run a confirmation. */
  private enum Proof {
    NONE,
    EXIT_ZERO,
    STATUS_IS_OFF
  }

  /**
   * What is run.
   *
   * @param words the program and its arguments
   * @param name what people call it
   */
  private record Command(List<String> words, String name) {}

  private final Command command;
  private final Map<String, String> options;
  private final Map<String, Map<String, String>> optionsFor;
  private final Scope scope;
  private final Proof proof;

  private CommandFenceHook(
      Command command,
      Map<String, String> options,
      Map<String, Map<String, String>> optionsFor,
      Scope scope,
      Proof proof) {
    this.command = command;
    this.options = options;
    this.optionsFor = optionsFor;
    this.scope = scope;
    this.proof = proof;
  }

  /**
   * A hook that runs a fence agent: {@code off}, verified by {@code status}.
   *
   * @param scope what it means that the target is off: {@code MACHINE} for agents that switch power
   *     or virtual machines, {@code RESOURCE} for those that close a port or a disk
   * @param words the program and its arguments, without a shell
   * @return the hook
   * @throws IllegalArgumentException if there are no words, or the first is blank
   */
  public static CommandFenceHook agent(Scope scope, String... words) {
    return new CommandFenceHook(command(words), Map.of(), Map.of(), scope, Proof.STATUS_IS_OFF);
  }

  /**
   * A hook that runs a command. It confirms nothing until {@link #exitZeroConfirms} says so.
   *
   * @param words the program and its arguments, without a shell
   * @return the hook
   * @throws IllegalArgumentException if there are no words, or the first is blank
   */
  public static CommandFenceHook running(String... words) {
    return new CommandFenceHook(command(words), Map.of(), Map.of(), Scope.RESOURCE, Proof.NONE);
  }

  private static Command command(String... words) {
    if (words.length == 0 || words[0].isBlank()) {
      throw new IllegalArgumentException("no fence command; give the program and its arguments");
    }
    Path file = Path.of(words[0]).getFileName();
    return new Command(List.of(words), file == null ? words[0] : file.toString());
  }

  /**
   * With a name of its own: several hooks may run one program. Default: the program's file name.
   *
   * @param name what events, history and status call it
   * @return a changed copy
   */
  public CommandFenceHook named(String name) {
    return new CommandFenceHook(
        new Command(command.words(), name), options, optionsFor, scope, proof);
  }

  /**
   * Adds an option for all targets.
   *
   * @param key its name
   * @param value its value
   * @return a hook with it
   * @throws IllegalArgumentException if the key is blank or has {@code =} in it, if one of them has
   *     a line break, or if it is the {@code action} of a fence agent
   */
  public CommandFenceHook option(String key, String value) {
    return new CommandFenceHook(command, with(options, key, value), optionsFor, scope, proof);
  }

  /**
   * Adds an option for one target; it overrides one for all. A target that has neither, while
   * another one has it, is not fenced: that would be with somebody else's plug.
   *
   * @param target the member to be fenced
   * @param key its name, for example {@code plug} or {@code ip}
   * @param value its value
   * @return a hook with it
   * @throws IllegalArgumentException if the key is blank or has {@code =} in it, if one of them has
   *     a line break, or if it is the {@code action} of a fence agent
   */
  public CommandFenceHook optionFor(String target, String key, String value) {
    Map<String, Map<String, String>> changed = new TreeMap<>(optionsFor);
    changed.put(target, with(optionsFor.getOrDefault(target, Map.of()), key, value));
    return new CommandFenceHook(command, options, changed, scope, proof);
  }

  /**
   * Exit status 0 means that the target is cut off, for certain. Read {@link FenceHook.Scope}
   * first. Not for fence agents, which are verified instead.
   *
   * @param what what it means: {@code PROCESS} if the command kills the process and leaves the rest
   *     of its machine alone
   * @return a hook that says so
   * @throws IllegalStateException if it is a fence agent
   */
  public CommandFenceHook exitZeroConfirms(Scope what) {
    if (proof == Proof.STATUS_IS_OFF) {
      throw new IllegalStateException(
          command.name() + " is a fence agent and confirms by its status; leave this out");
    }
    return new CommandFenceHook(command, options, optionsFor, what, Proof.EXIT_ZERO);
  }

  private Map<String, String> with(Map<String, String> before, String key, String value) {
    if (key.isBlank() || key.indexOf('=') >= 0 || hasLineBreak(key) || hasLineBreak(value)) {
      throw new IllegalArgumentException(
          "fence option '"
              + key
              + "': a name without '=' and a value without line breaks are wanted");
    }
    if (proof == Proof.STATUS_IS_OFF && key.equals(ACTION)) {
      throw new IllegalArgumentException(
          "fence option 'action': agents are called with off and status; leave it out");
    }
    Map<String, String> after = new TreeMap<>(before);
    after.put(key, value);
    return after;
  }

  private static boolean hasLineBreak(String text) {
    return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
  }

  @Override
  public String name() {
    return command.name();
  }

  @Override
  public Scope scope() {
    return scope;
  }

  @Override
  public FenceResult fence(FenceRequest request, Duration limit) throws InterruptedException {
    List<String> missing = missingFor(request.target());
    if (!missing.isEmpty()) {
      return FenceResult.failed(
          command.name()
              + " was not called: "
              + request.target()
              + " has no "
              + String.join(", ", missing)
              + ", which "
              + optionsFor.keySet()
              + " have; add optionFor it");
    }
    Runs runs = new Runs(request, System.nanoTime() + limit.toNanos());
    try {
      return proof == Proof.STATUS_IS_OFF ? runs.agent() : runs.once();
    } catch (IOException e) {
      return FenceResult.failed(command.name() + " cannot be started: " + e.getMessage());
    }
  }

  private List<String> missingFor(String target) {
    return optionsFor.values().stream()
        .flatMap(its -> its.keySet().stream())
        .distinct()
        .filter(key -> !optionsOf(target).containsKey(key))
        .sorted()
        .toList();
  }

  private Map<String, String> optionsOf(String target) {
    Map<String, String> all = new TreeMap<>(options);
    all.putAll(optionsFor.getOrDefault(target, Map.of()));
    all.put("nodename", target);
    return all;
  }

  /**
   * Asks a fence agent whether it could do its work: {@code action=monitor}. Try it before the day
   * it is needed.
   *
   * @param target the member that it would have to fence
   * @param limit how long it may take
   * @return what is wrong; empty if nothing is
   * @throws InterruptedException if this thread is interrupted
   */
  public Optional<String> monitor(String target, Duration limit) throws InterruptedException {
    FenceRequest request = new FenceRequest("", "", target, "", "", 0, "monitor");
    List<String> missing = missingFor(target);
    if (!missing.isEmpty()) {
      return Optional.of(target + " has no " + String.join(", ", missing));
    }
    Runs runs = new Runs(request, System.nanoTime() + limit.toNanos());
    try {
      CommandRun run = runs.run("monitor");
      return run.ended() && run.status() == 0
          ? Optional.empty()
          : Optional.of(runs.describe("monitor", run));
    } catch (IOException e) {
      return Optional.of(command.name() + " cannot be started: " + e.getMessage());
    }
  }

  /** Names the command alone: options may be secret. */
  @Override
  public String toString() {
    return "CommandFenceHook[" + command.words().get(0) + ", " + scope + "]";
  }

  /** The runs of one call, all within its limit. */
  private final class Runs {
    private final FenceRequest request;
    private final long deadlineNanos;
    private final Map<String, String> given;

    Runs(FenceRequest request, long deadlineNanos) {
      this.request = request;
      this.deadlineNanos = deadlineNanos;
      this.given = optionsOf(request.target());
    }

    private long leftMillis() {
      return Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
    }

    FenceResult once() throws IOException, InterruptedException {
      CommandRun run = run("");
      String what = describe("", run);
      if (!run.ended()) {
        return FenceResult.unknown(what);
      }
      if (run.status() != 0) {
        return FenceResult.failed(what);
      }
      return proof == Proof.EXIT_ZERO
          ? FenceResult.confirmed(what)
          : FenceResult.unknown(what + "; it is not configured that this confirms anything");
    }

    FenceResult agent() throws IOException, InterruptedException {
      CommandRun off = run("off");
      if (!off.ended()) {
        return FenceResult.unknown(describe("off", off));
      }
      if (off.status() != 0) {
        return FenceResult.failed(describe("off", off));
      }
      while (true) {
        CommandRun status = run("status");
        if (status.ended() && status.status() == STATUS_OFF) {
          return FenceResult.confirmed(command.name() + " off, and its status says so");
        }
        if (!status.ended() || leftMillis() <= POLL_MILLIS) {
          return unverified(status);
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }

    private FenceResult unverified(CommandRun status) {
      return status.ended() && status.status() == STATUS_ON
          ? FenceResult.failed(
              command.name() + " off ended with status 0, but its status says on" + told(status))
          : FenceResult.unknown(
              command.name() + " off ended with status 0, but " + describe("status", status));
    }

    CommandRun run(String action) throws IOException, InterruptedException {
      Map<String, String> all = new TreeMap<>(given);
      if (!action.isEmpty()) {
        all.put(ACTION, action);
      }
      List<String> lines = new ArrayList<>();
      all.forEach((key, value) -> lines.add(key + "=" + value + "\n"));
      Duration left = Duration.ofMillis(leftMillis());
      return CommandRun.of(command.words(), environment(), String.join("", lines), left);
    }

    String describe(String action, CommandRun run) {
      String what = action.isEmpty() ? command.name() : command.name() + " " + action;
      return run.ended()
          ? what + " ended with status " + run.status() + told(run)
          : what + " did not end within the limit and was killed" + told(run);
    }

    private String told(CommandRun run) {
      List<String> secrets =
          given.entrySet().stream()
              .filter(option -> Secrets.isSecret(option.getKey()))
              .map(Map.Entry::getValue)
              .toList();
      return Secrets.hide(run.told(), secrets);
    }

    private Map<String, String> environment() {
      return Map.of(
          "HA_FENCE_TARGET", request.target(),
          "HA_FENCE_INCARNATION", request.targetIncarnation(),
          "HA_FENCE_CLUSTER", request.cluster(),
          "HA_FENCE_ROLE", request.role(),
          "HA_FENCE_EPOCH", Long.toString(request.epoch()),
          "HA_FENCE_REQUESTER", request.requester(),
          "HA_FENCE_REASON", request.reason());
    }
  }
}

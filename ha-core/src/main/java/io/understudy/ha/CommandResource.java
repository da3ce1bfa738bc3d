package io.understudy.ha;

import io.understudy.ha.spi.CommandRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A resource that is a command, in the style of init scripts (LSB) and OCF agents: it is called
 * with {@code start}, {@code stop} and {@code status} (or {@code monitor}) as its last argument.
 * Threadsafe as far as the command is.
 *
 * <pre>{@code
 * CommandResource.lsb("/etc/init.d/billing")
 * CommandResource.ocf("/usr/lib/ocf/resource.d/heartbeat/IPaddr2").with("OCF_RESKEY_ip", "10.0.0.9")
 * }</pre>
 *
 * <p>Exit status 0 means success. Of {@code status} and {@code monitor} everything else means that
 * it does not work: 3 (LSB) and 7 (OCF) that it is stopped, others that it failed; but 8 (OCF) that
 * it works and is promoted. {@code stop} must succeed when it is stopped already. The environment
 * tells {@code HA_ROLE}, {@code HA_EPOCH}, and what {@link #with} added. A call that is
 * interrupted, or reaches the limit, is killed together with what it has started: on Linux also
 * what has made itself a session of its own.
 *
 * <p>It outlives the process: what a command starts goes on when the JVM ends. So it is stopped
 * when the member begins, before it may lead. A call that was under way when the JVM was killed is
 * killed before that, with what it had started; what a call that had ended left running is not.
 */
public final class CommandResource implements Resource {
  private static final Duration LIMIT = Duration.ofDays(1); // the group interrupts long before that

  private final List<String> command;
  private final Style style;
  private final Map<String, String> environment;
  private volatile Map<String, String> leadership = Map.of("HA_ROLE", "", "HA_EPOCH", "0");

  /** What the two conventions do not share. */
  private enum Style {
    LSB("status", 3, 0),
    OCF("monitor", 7, 8);

    final String check;
    final int stopped;

    /** Of a check: works, and is the promoted one of several. The same as 0 where there is none. */
    final int promoted;

    Style(String check, int stopped, int promoted) {
      this.check = check;
      this.stopped = stopped;
      this.promoted = promoted;
    }

    /** What a status means, ready to be appended; from the OCF standard, and LSB's shared part. */
    String meaning(int status) {
      return switch (status) {
        case 2 -> " (wrong arguments)";
        case 3 -> " (not implemented)";
        case 4 -> " (not permitted)";
        case 5 -> " (not installed)";
        case 6 -> " (not configured)";
        case 7 -> " (stopped)";
        case 126, 127 -> " (no such command)";
        default -> "";
      };
    }
  }

  private CommandResource(List<String> command, Style style, Map<String, String> environment) {
    this.command = List.copyOf(command);
    this.style = style;
    this.environment = Map.copyOf(environment);
  }

  /**
   * A command in the style of init scripts: {@code start}, {@code stop}, {@code status}.
   *
   * @param words the program and its first arguments, without a shell
   * @return the resource
   * @throws IllegalArgumentException if there are no words, or the first is blank
   */
  public static CommandResource lsb(String... words) {
    return new CommandResource(checked(words), Style.LSB, Map.of());
  }

  /**
   * A command in the style of OCF resource agents: {@code start}, {@code stop}, {@code monitor};
   * its parameters are variables {@code OCF_RESKEY_...}, see {@link #with}.
   *
   * @param words the program and its first arguments, without a shell
   * @return the resource
   * @throws IllegalArgumentException if there are no words, or the first is blank
   */
  public static CommandResource ocf(String... words) {
    return new CommandResource(checked(words), Style.OCF, Map.of("OCF_ROOT", "/usr/lib/ocf"));
  }

  private static List<String> checked(String... words) {
    if (words.length == 0 || words[0].isBlank()) {
      throw new IllegalArgumentException("no command; give the program and its arguments");
    }
    return List.of(words);
  }

  /**
   * With a variable in the command's environment.
   *
   * @param variable its name
   * @param value its value
   * @return a changed copy
   */
  public CommandResource with(String variable, String value) {
    Map<String, String> more = new TreeMap<>(environment);
    more.put(variable, value);
    return new CommandResource(command, style, more);
  }

  @Override
  public void start(Leadership held) throws IOException, InterruptedException {
    leadership = Map.of("HA_ROLE", held.role(), "HA_EPOCH", Long.toString(held.epoch()));
    require("start");
  }

  @Override
  public void stop() throws IOException, InterruptedException {
    require("stop");
  }

  @Override
  public void check() throws IOException, InterruptedException {
    CommandRun run = run(style.check);
    if (run.ended() && run.status() == style.promoted) {
      return;
    }
    if (run.ended() && run.status() == style.stopped) {
      throw new IOException(
          command.get(0) + " " + style.check + " says that it is stopped, status " + run.status());
    }
    require(style.check, run);
  }

  @Override
  public boolean outlivesProcess() {
    return true;
  }

  @Override
  public Optional<StopCommand> guardianStop() {
    return Optional.of(new StopCommand(words("stop"), environment));
  }

  private void require(String action) throws IOException, InterruptedException {
    require(action, run(action));
  }

  private void require(String action, CommandRun run) throws IOException {
    if (!run.ended() || run.status() != 0) {
      throw new IOException(
          command.get(0)
              + " "
              + action
              + (run.ended()
                  ? " ended with status " + run.status() + style.meaning(run.status())
                  : " did not end")
              + run.told());
    }
  }

  private CommandRun run(String action) throws IOException, InterruptedException {
    Map<String, String> variables = new TreeMap<>(environment);
    variables.putAll(leadership);
    return CommandRun.of(words(action), variables, "", LIMIT);
  }

  private List<String> words(String action) {
    List<String> words = new ArrayList<>(command);
    words.add(action);
    return words;
  }

  @Override
  public String toString() {
    return "CommandResource[" + String.join(" ", command) + "]";
  }
}

package io.understudy.samples.node;

import io.understudy.ha.FencePlan;
import io.understudy.ha.spi.CommandFenceHook;
import io.understudy.ha.spi.FenceHook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the command line says of fencing. Pure. */
final class FenceOptions {
  /** {@code key=value}, or {@code key@member=value}. */
  private static final Pattern AGENT_OPTION =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_-]*)(?:@([A-Za-z0-9._-]+))?=(.*)");

  private FenceOptions() {}

  /** The plan, if there is to be one. */
  static Optional<FencePlan> parse(Map<Option, List<String>> given) throws ArgumentException {
    List<String> agents = given.getOrDefault(Option.FENCE, List.of());
    List<String> commands = given.getOrDefault(Option.FENCE_COMMAND, List.of());
    if (!agents.isEmpty() && !commands.isEmpty()) {
      throw new ArgumentException(
          Option.FENCE
              + " and "
              + Option.FENCE_COMMAND
              + " exclude each other; give the one whose convention your command follows");
    }
    String limitText = given.getOrDefault(Option.FENCE_LIMIT, List.of("30s")).get(0);
    Duration limit = Values.duration(Option.FENCE_LIMIT, limitText);
    List<FencePlan.Level> levels = new ArrayList<>();
    FenceHook.Scope scope = scope(given, agents.isEmpty() ? "process" : "machine");
    for (String agent : agents) {
      levels.add(level(agent(scope, words(agent)), limit));
    }
    for (String command : commands) {
      CommandFenceHook hook = CommandFenceHook.running(words(command)).exitZeroConfirms(scope);
      levels.add(level(hook, limit));
    }
    return levels.isEmpty() ? Optional.empty() : Optional.of(new FencePlan(levels));
  }

  private static String[] words(String text) {
    return text.strip().split("\\s+", -1);
  }

  private static FencePlan.Level level(FenceHook hook, Duration limit) {
    return new FencePlan.Level(List.of(FencePlan.Call.to(hook).within(limit)));
  }

  /** By their convention fence agents are power switches, and say by status whether one is off. */
  private static FenceHook.Scope scope(Map<Option, List<String>> given, String usual)
      throws ArgumentException {
    String text = Arguments.single(given, Option.FENCE_SCOPE).orElse(usual);
    return switch (text) {
      case "machine" -> FenceHook.Scope.MACHINE;
      case "process" -> FenceHook.Scope.PROCESS;
      case "resource" -> FenceHook.Scope.RESOURCE;
      default ->
          throw new ArgumentException(
              Option.FENCE_SCOPE + " is '" + text + "'; give machine, process or resource");
    };
  }

  private static CommandFenceHook agent(FenceHook.Scope scope, String... words)
      throws ArgumentException {
    List<String> command = new ArrayList<>();
    List<Matcher> options = new ArrayList<>();
    for (String word : words) {
      Matcher matcher = AGENT_OPTION.matcher(word);
      if (matcher.matches()) {
        options.add(matcher);
      } else {
        command.add(word);
      }
    }
    try {
      CommandFenceHook hook = CommandFenceHook.agent(scope, command.toArray(new String[0]));
      for (Matcher option : options) {
        String target = option.group(2);
        hook =
            target == null
                ? hook.option(option.group(1), option.group(3))
                : hook.optionFor(target, option.group(1), option.group(3));
      }
      return hook;
    } catch (IllegalArgumentException e) {
      throw new ArgumentException(Option.FENCE + ": " + e.getMessage());
    }
  }
}

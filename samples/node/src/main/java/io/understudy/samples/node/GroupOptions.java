package io.understudy.samples.node;

import io.understudy.ha.CommandResource;
import io.understudy.ha.ResourceGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** What the command line says of resources. Pure. */
final class GroupOptions {
  private static final Duration CHECK_LIMIT = Duration.ofSeconds(10);

  private final Map<Option, List<String>> given;
  private final ResourceGroup empty;
  private final Map<String, ResourceGroup> groups = new HashMap<>();

  /** Reads the limits whether there are resources or not: they would be wrong with them, too. */
  private GroupOptions(Map<Option, List<String>> given) throws ArgumentException {
    this.given = given;
    this.empty = empty();
  }

  /** The group of each role that has one. */
  static Map<String, ResourceGroup> parse(Map<Option, List<String>> given, Set<String> roles)
      throws ArgumentException {
    GroupOptions options = new GroupOptions(given);
    for (String text : given.getOrDefault(Option.RESOURCE, List.of())) {
      options.add(text, roles);
    }
    return options.groups;
  }

  private void add(String text, Set<String> roles) throws ArgumentException {
    int equals = text.indexOf('=');
    String role = text.substring(0, Math.max(0, equals));
    if (!roles.contains(role)) {
      throw new ArgumentException(
          Option.RESOURCE + " is '" + text + "'; give role=command, where role is one of " + roles);
    }
    String[] words = text.substring(equals + 1).strip().split("\\s+", -1);
    try {
      ResourceGroup before = groups.getOrDefault(role, empty);
      CommandResource command = CommandResource.lsb(words).with("HA_NODE", text(Option.NAME, ""));
      groups.put(role, before.then(name(before, words), command));
    } catch (IllegalArgumentException e) {
      throw new ArgumentException(Option.RESOURCE + " is '" + text + "': " + e.getMessage());
    }
  }

  /** The last word's file name, with a number if there is one of that name before. */
  private static String name(ResourceGroup before, String... words) {
    Path file = Path.of(words[words.length - 1]).getFileName();
    String plain = file == null ? "resource" : file.toString();
    Set<String> taken = new HashSet<>();
    before.entries().forEach(entry -> taken.add(entry.name()));
    String name = plain;
    for (int i = 2; taken.contains(name); i++) {
      name = plain + "-" + i;
    }
    return name;
  }

  /** One option after the other, so that an objection names the right one. */
  private ResourceGroup empty() throws ArgumentException {
    Duration start = duration(Option.START_TIMEOUT, "60s");
    Duration stop = duration(Option.STOP_TIMEOUT, "5s");
    Duration interval = duration(Option.CHECK_INTERVAL, "1s");
    Duration forgotten = duration(Option.FAILURE_TIMEOUT, "60s");
    int restarts = restartLimit();
    ResourceGroup none = ResourceGroup.none();
    ResourceGroup checked = checked(Option.CHECK_INTERVAL, () -> none.checkingEvery(interval));
    ResourceGroup started =
        checked(Option.START_TIMEOUT, () -> checked.within(CHECK_LIMIT, start, none.stopTimeout()));
    ResourceGroup stopped =
        checked(Option.STOP_TIMEOUT, () -> started.within(CHECK_LIMIT, start, stop));
    ResourceGroup restarted =
        checked(Option.RESTART_LIMIT, () -> stopped.restarting(restarts, none.failureTimeout()));
    return checked(Option.FAILURE_TIMEOUT, () -> restarted.restarting(restarts, forgotten));
  }

  private ResourceGroup checked(Option option, Supplier<ResourceGroup> made)
      throws ArgumentException {
    return Arguments.checked(option, text(option, "the default"), made);
  }

  private int restartLimit() throws ArgumentException {
    String limit = text(Option.RESTART_LIMIT, "3");
    try {
      return Integer.parseInt(limit);
    } catch (NumberFormatException e) {
      throw new ArgumentException(Option.RESTART_LIMIT + " is '" + limit + "'; give a number");
    }
  }

  private Duration duration(Option option, String otherwise) throws ArgumentException {
    return Values.duration(option, text(option, otherwise));
  }

  private String text(Option option, String otherwise) {
    return given.getOrDefault(option, List.of(otherwise)).get(0);
  }
}

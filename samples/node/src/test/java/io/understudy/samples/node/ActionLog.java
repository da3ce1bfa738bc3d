package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the scripts of a group wrote down, see {@code agent.sh}: a line before an action does
 * anything, and one when it has done everything. The order of the lines is the order of the events,
 * so what it proves does not depend on a clock; the times are for measuring.
 */
final class ActionLog {
  private static final String OFF = "off";
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Path file;

  /**
   * A line.
   *
   * @param nanos wall clock, since 1970
   * @param finished whether the action has ended; otherwise it begins
   * @param status its exit status if it has ended, as text
   */
  record Action(
      long nanos,
      String node,
      String resource,
      String action,
      boolean finished,
      long epoch,
      String status) {
    static Action parse(String line) {
      String[] words = line.split(" ", -1);
      return new Action(
          Long.parseLong(words[0]),
          words[1],
          words[2],
          words[3],
          words[4].equals("finished"),
          Long.parseLong(words[5]),
          words[6]);
    }

    boolean isCallOf(String wanted) {
      return !finished && action.equals(wanted);
    }

    boolean isSuccessOf(String wanted) {
      return finished && action.equals(wanted) && status.equals("0");
    }
  }

  ActionLog(Path file) {
    this.file = file;
  }

  List<Action> actions() {
    try {
      String text = Files.exists(file) ? Files.readString(file) : "";
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Action::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A machine has lost its power: whatever was active there is not any more. */
  void machineIsOff(String node) {
    try {
      Files.writeString(
          file,
          "%d %s machine %s finished 0 0\n".formatted(nanos(Instant.now()), node, OFF),
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The resources of each member between "start called" and "stop finished", by what is logged. */
  Map<String, Set<String>> active() {
    Map<String, Set<String>> active = new TreeMap<>();
    actions().forEach(action -> apply(action, active));
    return active;
  }

  /** Every start that was called while another member's group was not known to be stopped. */
  List<String> overlaps() {
    List<String> overlaps = new ArrayList<>();
    Map<String, Set<String>> active = new TreeMap<>();
    for (Action action : actions()) {
      if (action.isCallOf("start")) {
        active.forEach(
            (node, resources) -> {
              if (!node.equals(action.node())) {
                overlaps.add(action + " while " + node + " had " + resources);
              }
            });
      }
      apply(action, active);
    }
    return overlaps;
  }

  private static void apply(Action action, Map<String, Set<String>> active) {
    if (action.isCallOf("start")) {
      active.computeIfAbsent(action.node(), any -> new TreeSet<>()).add(action.resource());
    } else if (action.isSuccessOf("stop") && active.containsKey(action.node())) {
      active.get(action.node()).remove(action.resource());
    } else if (action.action().equals(OFF)) {
      active.remove(action.node());
    }
    active.values().removeIf(Set::isEmpty);
  }

  /** From the first call of an action at a member after some time to its last success, if any. */
  Optional<Duration> took(String node, String action, Instant since) {
    List<Action> all =
        actions().stream().filter(a -> a.node().equals(node) && a.nanos() >= nanos(since)).toList();
    Optional<Action> first = all.stream().filter(a -> a.isCallOf(action)).findFirst();
    Optional<Action> last = all.stream().filter(a -> a.isSuccessOf(action)).reduce((a, b) -> b);
    return first.isPresent() && last.isPresent()
        ? Optional.of(Duration.ofNanos(last.get().nanos() - first.get().nanos()))
        : Optional.empty();
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
  }
}

package io.understudy.ha;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What starts and stops with a role: resources in an order. Immutable.
 *
 * <pre>{@code
 * RoleSpec.named("billing").running(
 *     ResourceGroup.of("address", address).then("jobs", jobs).checkingEvery(Duration.ofSeconds(5)))
 * }</pre>
 *
 * <p>When the member leads, the resources are started one after the other; when it leads no longer
 * they are stopped in reverse. A resource that fails its check is started again in place, together
 * with those that stand on it (that come after it), up to the {@linkplain #restartLimit limit}; the
 * next failure, or a start that fails, moves the role to another member. On a planned move (hand
 * over, resign, standby, close) everything stops first, and the role moves then.
 *
 * <p><b>The deadline.</b> From the moment the lease ends the group has its {@linkplain #stopTimeout
 * stop timeout}. If anything of it may still work then, <em>this process ends itself</em> ({@link
 * Runtime#halt} with status 75): that is the only way left to keep the promise that it does not
 * work in two places.
 *
 * @param entries the resources in their order
 * @param checkInterval how long after a round of checks the next begins
 * @param checkTimeout how long one check may take
 * @param startTimeout how long one start may take
 * @param stopTimeout how long the whole group may take to stop
 * @param restartLimit how many failures of one resource are answered by a restart in place
 * @param failureTimeout how long after the last failure of a resource its failures are forgotten
 */
public record ResourceGroup(
    List<Entry> entries,
    Duration checkInterval,
    Duration checkTimeout,
    Duration startTimeout,
    Duration stopTimeout,
    int restartLimit,
    Duration failureTimeout) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{1,64}");
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Duration SHORTEST_STOP = Duration.ofMillis(100);

  /**
   * A resource and its name.
   *
   * @param name 1 to 64 characters of {@code A-Z a-z 0-9 . _ : -}, unique in the group
   * @param resource what is started and stopped
   */
  public record Entry(String name, Resource resource) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException if the name has another form
     */
    public Entry {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "resource name '" + name + "' is not 1 to 64 characters of A-Z a-z 0-9 . _ : -");
      }
    }
  }

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if a name occurs twice or a value is out of bounds; the
   *     message names the bounds
   */
  public ResourceGroup {
    entries = List.copyOf(entries);
    long names = entries.stream().map(Entry::name).distinct().count();
    if (names != entries.size()) {
      throw new IllegalArgumentException("two resources of a group have the same name: " + entries);
    }
    requireWithin("checkInterval", checkInterval, SHORTEST);
    requireWithin("checkTimeout", checkTimeout, SHORTEST);
    requireWithin("startTimeout", startTimeout, SHORTEST);
    requireWithin("stopTimeout", stopTimeout, SHORTEST_STOP);
    requireWithin("failureTimeout", failureTimeout, SHORTEST);
    if (restartLimit < 0 || restartLimit > 1_000_000) {
      throw new IllegalArgumentException("restartLimit " + restartLimit + " is not 0 to 1000000");
    }
  }

  private static void requireWithin(String what, Duration value, Duration shortest) {
    if (value.compareTo(shortest) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + " " + value.toMillis() + " ms is not " + shortest.toMillis() + " ms to 1 day");
    }
  }

  /**
   * A group without resources.
   *
   * @return check interval 10 s, check timeout 10 s, start timeout 60 s, stop timeout 5 s, restart
   *     limit 3, failure timeout 10 min
   */
  public static ResourceGroup none() {
    return new ResourceGroup(
        List.of(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        3,
        Duration.ofMinutes(10));
  }

  /**
   * A group that begins with a resource; other values as {@link #none()} has them.
   *
   * @param name its name
   * @param resource the resource
   * @return the group
   */
  public static ResourceGroup of(String name, Resource resource) {
    return none().then(name, resource);
  }

  /**
   * With another resource, which stands on those before it.
   *
   * @param name its name
   * @param resource the resource
   * @return a changed copy
   */
  public ResourceGroup then(String name, Resource resource) {
    List<Entry> more = new ArrayList<>(entries);
    more.add(new Entry(name, resource));
    return new ResourceGroup(
        more, checkInterval, checkTimeout, startTimeout, stopTimeout, restartLimit, failureTimeout);
  }

  /**
   * How a {@linkplain Guardian guardian} stops what outlives the process.
   *
   * @return the commands by the resources' names, in the order of the group; nothing for resources
   *     that end with the process
   * @throws IllegalArgumentException if a resource outlives the process and names no command
   */
  public Map<String, StopCommand> stopCommands() {
    Map<String, StopCommand> commands = new LinkedHashMap<>();
    for (Entry entry : entries) {
      if (entry.resource().outlivesProcess()) {
        StopCommand command =
            entry
                .resource()
                .guardianStop()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "resource "
                                + entry.name()
                                + " outlives the process and does not say how the guardian can stop"
                                + " it: let its guardianStop() return a command, or configure no"
                                + " guardian"));
        commands.put(entry.name(), command);
      }
    }
    return commands;
  }

  /**
   * With another time between rounds of checks.
   *
   * @param interval 10 ms to 1 day; default 10 s
   * @return a changed copy
   */
  public ResourceGroup checkingEvery(Duration interval) {
    return new ResourceGroup(
        entries, interval, checkTimeout, startTimeout, stopTimeout, restartLimit, failureTimeout);
  }

  /**
   * With other limits for single calls and for the whole stop.
   *
   * @param check how long a check may take, 10 ms to 1 day; default 10 s
   * @param start how long a start may take, 10 ms to 1 day; default 60 s
   * @param stop how long the whole group may take to stop, 100 ms to 1 day; default 5 s
   * @return a changed copy
   */
  public ResourceGroup within(Duration check, Duration start, Duration stop) {
    return new ResourceGroup(
        entries, checkInterval, check, start, stop, restartLimit, failureTimeout);
  }

  /**
   * With another patience with failures.
   *
   * @param limit how many failures of one resource are answered by a restart in place, 0 to
   *     1,000,000; default 3
   * @param forgottenAfter when failures are forgotten, 10 ms to 1 day; default 10 min
   * @return a changed copy
   */
  public ResourceGroup restarting(int limit, Duration forgottenAfter) {
    return new ResourceGroup(
        entries, checkInterval, checkTimeout, startTimeout, stopTimeout, limit, forgottenAfter);
  }
}

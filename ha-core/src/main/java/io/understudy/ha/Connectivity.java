package io.understudy.ha;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a member must reach of the outside to lead, for example its gateway. Eligibility, never a
 * vote: a member that cannot reach enough of it gives its roles to one that can. Immutable. Give
 * every member the same.
 *
 * <p>Until enough is known at start a member leads nothing: a target that answers counts at once,
 * one that does not for certain only after the time of dampening.
 *
 * @param targets what is probed; 64 at most, each on a thread of its own
 * @param needed how many of the targets must be reached; 0 to their number
 * @param interval how long after a probe of a target the next one begins; at least 100 ms
 * @param timeout how long a probe may take; at least 10 ms
 * @param dampening for how long every probe of a target must have failed before it counts as lost,
 *     and succeeded before it counts as reached again; zero to one day
 * @param whenAllLack what happens when no member reaches enough
 */
public record Connectivity(
    List<Target> targets,
    int needed,
    Duration interval,
    Duration timeout,
    Duration dampening,
    WhenAllLack whenAllLack) {
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final int MOST_TARGETS = 64;

  /** No option of a command: it does not begin with a dash. */
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9:_][A-Za-z0-9:._%-]{0,252}");

  private static final Connectivity NONE =
      new Connectivity(
          List.of(),
          0,
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          WhenAllLack.STAY);

  /** Something outside. */
  public sealed interface Target {
    /**
     * A port that accepts TCP connections.
     *
     * @param address where; a name is looked up for each probe, as often as this JVM's cache of
     *     names lets it ({@code networkaddress.cache.ttl}, 30 s by default)
     */
    record Tcp(InetSocketAddress address) implements Target {}

    /**
     * A host that answers ICMP echo requests, asked by the system's {@code ping}. Where there is no
     * such program the target counts as not reached, and the node's status says what to install.
     *
     * @param host its name or address
     */
    record Ping(String host) implements Target {
      /**
       * Checks.
       *
       * @throws IllegalArgumentException if it cannot be the name of a host
       */
      public Ping {
        if (!HOST.matcher(host).matches()) {
          throw new IllegalArgumentException(
              "'" + host + "' is no host: give a name or an address, for example 10.0.0.254");
        }
      }
    }
  }

  /** What happens when no member reaches enough. */
  public enum WhenAllLack {
    /** Roles stay where they are, and free ones are taken as if all could reach enough. */
    STAY,
    /** Whoever cannot reach enough leads nothing. */
    STOP
  }

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if a number is out of its bounds; the message names it
   */
  public Connectivity {
    targets = List.copyOf(targets);
    if (targets.size() > MOST_TARGETS) {
      throw new IllegalArgumentException(
          targets.size() + " targets; " + MOST_TARGETS + " are possible");
    }
    if (needed < 0 || needed > targets.size()) {
      throw new IllegalArgumentException(
          "needed " + needed + " is not 0 to the number of targets, " + targets.size());
    }
    requireWithin("interval", interval, Duration.ofMillis(100));
    requireWithin("timeout", timeout, Duration.ofMillis(10));
    requireWithin("dampening", dampening, Duration.ZERO);
  }

  private static void requireWithin(String what, Duration value, Duration shortest) {
    if (value.compareTo(shortest) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + " " + value.toMillis() + " ms is not " + shortest.toMillis() + " ms to 1 day");
    }
  }

  /**
   * Nothing is probed.
   *
   * @return no demands
   */
  public static Connectivity none() {
    return NONE;
  }

  /**
   * With one more target, and with the need to reach at least one of all.
   *
   * @param target what to probe
   * @return a changed copy
   */
  public Connectivity reaching(Target target) {
    List<Target> more = new ArrayList<>(targets);
    more.add(target);
    return new Connectivity(more, Math.max(1, needed), interval, timeout, dampening, whenAllLack);
  }

  /**
   * With another number of targets that must be reached.
   *
   * @param least how many
   * @return a changed copy
   */
  public Connectivity atLeast(int least) {
    return new Connectivity(targets, least, interval, timeout, dampening, whenAllLack);
  }

  /**
   * With other times.
   *
   * @param every how long after a probe the next one begins
   * @param within how long a probe may take
   * @param dampenedBy for how long it must fail or succeed to count
   * @return a changed copy
   */
  public Connectivity probing(Duration every, Duration within, Duration dampenedBy) {
    return new Connectivity(targets, needed, every, within, dampenedBy, whenAllLack);
  }

  /**
   * With another answer to the loss of all connectivity.
   *
   * @param policy what happens when no member reaches enough
   * @return a changed copy
   */
  public Connectivity whenAllLack(WhenAllLack policy) {
    return new Connectivity(targets, needed, interval, timeout, dampening, policy);
  }
}

package io.understudy.samples.node;

import io.understudy.ha.Connectivity;
import io.understudy.ha.FencePlan;
import io.understudy.ha.Guardian;
import io.understudy.ha.HaNodeBuilder;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Timing;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the command line says, read but for the parts that {@link HaNodeBuilder} checks itself.
 * Pure.
 *
 * @param cluster the cluster's name
 * @param name this member
 * @param roster the roster's entries, commas between them
 * @param bind where this member listens
 * @param peers where all members listen, commas between them
 * @param stateDirectory where the durable state lives
 * @param secretFile holds the cluster's secret
 * @param roles what this member campaigns for; empty on a witness
 * @param timing lease, heartbeat and clock rate error
 * @param http where the HTTP API listens, if anywhere
 * @param claims the claims file, if any
 * @param witness whether this member votes and never leads
 * @param crashProof whether a connection's end may prove that a member died
 * @param jdbcWitness the witness in a database, if any
 * @param fence how to end another member's process, if there is a way
 * @param connectivity what the member must reach to lead
 * @param guardian the child process that ends this one, if there is to be one
 */
record Arguments(
    String cluster,
    String name,
    String roster,
    String bind,
    String peers,
    Path stateDirectory,
    Path secretFile,
    List<RoleSpec> roles,
    Timing timing,
    Optional<InetSocketAddress> http,
    Optional<Path> claims,
    boolean witness,
    boolean crashProof,
    Optional<WitnessOptions> jdbcWitness,
    Optional<FencePlan> fence,
    Connectivity connectivity,
    Optional<Guardian> guardian) {

  private static final Pattern HOST_AND_PORT = Pattern.compile("(.+):([0-9]{1,5})");
  private static final int MAX_PORT = 65_535;

  /** Reads a command line; {@code --help} is not one of its options. */
  static Arguments parse(List<String> words) throws ArgumentException {
    return parse(new CommandLine(words));
  }

  /** Reads what other parts of the program left of a command line. */
  static Arguments parse(CommandLine line) throws ArgumentException {
    Map<Option, List<String>> given = line.take(Option.class);
    line.requireEmpty();
    CommandLine.requireAll(Option.class, given);
    boolean witness = given.containsKey(Option.WITNESS);
    Optional<String> http = single(given, Option.HTTP);
    Optional<String> claims = single(given, Option.CLAIMS);
    List<RoleSpec> roles = RoleOptions.parse(given);
    return new Arguments(
        required(given, Option.CLUSTER),
        required(given, Option.NAME),
        required(given, Option.ROSTER),
        required(given, Option.BIND),
        required(given, Option.PEERS),
        Values.path(Option.STATE, required(given, Option.STATE)),
        Values.path(Option.SECRET_FILE, required(given, Option.SECRET_FILE)),
        witness ? List.of() : roles,
        timing(given),
        http.isPresent() ? Optional.of(address(http.get())) : Optional.empty(),
        claims.isPresent()
            ? Optional.of(Values.path(Option.CLAIMS, claims.get()))
            : Optional.empty(),
        witness,
        !given.containsKey(Option.NO_CRASH_PROOF),
        WitnessOptions.parse(given),
        FenceOptions.parse(given),
        ConnectivityOptions.parse(given),
        guardian(given));
  }

  /** Puts everything but the secret into a builder. */
  void applyTo(HaNodeBuilder builder) {
    builder
        .cluster(cluster)
        .member(name)
        .roster(roster)
        .bind(bind)
        .peers(peers)
        .state(stateDirectory)
        .timing(timing)
        .crashProof(crashProof)
        .connectivity(connectivity);
    roles.forEach(builder::role);
    guardian.ifPresent(builder::guardian);
    if (witness) {
      builder.witness();
    }
    jdbcWitness.ifPresent(options -> options.applyTo(builder));
    fence.ifPresent(builder::fence);
  }

  private static Optional<Guardian> guardian(Map<Option, List<String>> given)
      throws ArgumentException {
    Optional<String> watchdog = single(given, Option.WATCHDOG);
    if (watchdog.isPresent()) {
      return Optional.of(Guardian.feeding(Values.path(Option.WATCHDOG, watchdog.get())));
    }
    return given.containsKey(Option.GUARDIAN) ? Optional.of(Guardian.alone()) : Optional.empty();
  }

  /** What the library makes of an option; its objection is told with the option and its value. */
  static <T> T checked(Option option, String text, Supplier<T> made) throws ArgumentException {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new ArgumentException(option + " is '" + text + "': " + e.getMessage());
    }
  }

  static Timing timing(Map<Option, List<String>> given) throws ArgumentException {
    Optional<String> lease = single(given, Option.LEASE);
    Optional<String> rho = single(given, Option.RHO);
    Timing timing =
        lease.isPresent()
            ? Timing.ofLease(Values.duration(Option.LEASE, lease.get()))
            : Timing.DEFAULT;
    return rho.isPresent() ? timing.withClockRateError(rate(rho.get())) : timing;
  }

  private static double rate(String text) throws ArgumentException {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new ArgumentException(
          Option.RHO + " is '" + text + "'; give a number from 0 to below 0.5, for example 0.09");
    }
  }

  private static InetSocketAddress address(String text) throws ArgumentException {
    InetSocketAddress address = hostAndPort(Option.HTTP, text);
    if (address.isUnresolved()) {
      throw new ArgumentException(
          Option.HTTP
              + " names host '"
              + address.getHostString()
              + "', which does not resolve; give another");
    }
    return address;
  }

  /** Reads {@code host:port}. */
  static InetSocketAddress hostAndPort(Option option, String text) throws ArgumentException {
    Matcher matcher = HOST_AND_PORT.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > MAX_PORT) {
      throw new ArgumentException(
          option + " is '" + text + "'; give host:port, for example 127.0.0.1:8081");
    }
    return new InetSocketAddress(matcher.group(1), Integer.parseInt(matcher.group(2)));
  }

  static Optional<String> single(Map<Option, List<String>> given, Option option) {
    return given.getOrDefault(option, List.of()).stream().findFirst();
  }

  private static String required(Map<Option, List<String>> given, Option option) {
    return single(given, option).orElseThrow();
  }
}

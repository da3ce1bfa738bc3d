package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;

import io.understudy.ha.internal.guardian.RunPlace;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Members as real processes on loopback, with their files in one directory. */
public final class Cluster implements AutoCloseable {
  /** For what has no bound of its own: long enough for a busy machine. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The value of an option that has none. */
  public static final String FLAG = "";

  private static final Set<String> REPEATED = Set.of("--role", "--fence", "--resource", "--master");
  private static final Path JAR = Path.of("target", "ha-node.jar");
  private static final String WITNESS = ":witness";
  private static final Duration POLL = Duration.ofMillis(10);

  private final Path directory;
  private final Duration lease;
  private final Site site;
  private final List<String> roster;
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Map<String, Integer> httpPorts = new LinkedHashMap<>();
  private final Map<String, NodeProcess> current = new LinkedHashMap<>();
  private final List<NodeProcess> lives = new ArrayList<>();
  private final List<NodeProcess> strangers = new ArrayList<>();
  private List<String> program = List.of("-jar", JAR.toString());

  /** A leadership of the role main, as its leader printed it. */
  public record Reign(NodeProcess node, long epoch, long monoNanos) {}

  /** The value of an option that is given several times; no comma in any of them. */
  public static String repeated(List<String> values) {
    return String.join(",", values);
  }

  /** Nothing is started yet. The roster's entries are names, those of witnesses with a suffix. */
  public Cluster(Path directory, Duration lease, Site site, List<String> roster) {
    this.directory = directory;
    this.lease = lease;
    this.site = site;
    this.roster = List.copyOf(roster);
    List<String> names = roster.stream().map(entry -> entry.replace(WITNESS, "")).toList();
    List<Integer> free = Ports.free(2 * names.size());
    for (int i = 0; i < names.size(); i++) {
      ports.put(names.get(i), free.get(2 * i));
      httpPorts.put(names.get(i), free.get(2 * i + 1));
    }
    write("secret", "correct horse battery staple");
  }

  public Duration lease() {
    return lease;
  }

  private boolean isWitness(String name) {
    return roster.contains(name + WITNESS);
  }

  public Path stateDirectory(String name) {
    return directory.resolve(name + ".state");
  }

  /** Writes a file beside the members' own. */
  public Path write(String file, String content) {
    try {
      return Files.writeString(directory.resolve(file), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts all members, each as it is configured. */
  public Cluster startAll() {
    return startAll(Map.of());
  }

  /** Starts all members with other values of some options. */
  public Cluster startAll(Map<String, String> changes) {
    ports.keySet().forEach(name -> start(name, changes));
    return this;
  }

  /** Starts a member, or starts it again. */
  public NodeProcess start(String name) {
    return start(name, Map.of());
  }

  /** Starts a member with other values of some options. */
  public NodeProcess start(String name, Map<String, String> changes) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--cluster", "test");
    options.put("--name", name);
    options.put("--roster", String.join(",", roster));
    options.put("--bind", address(name));
    options.put(
        "--peers", ports.keySet().stream().map(this::address).collect(Collectors.joining(",")));
    options.put("--state", stateDirectory(name).toString());
    options.put("--secret-file", directory.resolve("secret").toString());
    options.put("--lease", lease.toMillis() + "ms");
    options.put("--http", site.httpHost(name) + ":" + httpPort(name));
    options.put("--claims", directory.resolve(name + ".claims").toString());
    options.putAll(changes);
    List<String> words = new ArrayList<>();
    options.forEach(
        (option, value) -> {
          // Options that may be repeated: several values in one.
          List<String> values =
              REPEATED.contains(option) ? List.of(value.split(",", -1)) : List.of(value);
          for (String one : values) {
            words.addAll(one.equals(FLAG) ? List.of(option) : List.of(option, one));
          }
        });
    if (isWitness(name)) {
      words.add("--witness");
    }
    return run(name, words);
  }

  /** Starts the program with any command line. */
  public NodeProcess run(String name, List<String> words) {
    List<String> command = new ArrayList<>(site.prefix(name));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"));
    command.addAll(program);
    command.addAll(words);
    String file = name + "." + (lives.size() + 1);
    NodeProcess node =
        new NodeProcess(
            name,
            site.httpHost(name) + ":" + httpPort(name),
            command,
            directory.resolve(file + ".out"),
            directory.resolve(file + ".err"));
    lives.add(node);
    current.put(name, node);
    return node;
  }

  /** Members that are started from now on have this jar beside the program's. */
  public Cluster with(Path jar) {
    return running(
        List.of("-cp", JAR + File.pathSeparator + jar, "io.understudy.samples.node.NodeMain"));
  }

  /** Members that are started from now on are another program, which takes a member's options. */
  public Cluster running(List<String> javaWords) {
    program = List.copyOf(javaWords);
    return this;
  }

  private int httpPort(String name) {
    return httpPorts.getOrDefault(name, 0);
  }

  /** Where a member listens for the others. */
  public String address(String name) {
    return site.host(name) + ":" + ports.get(name);
  }

  public NodeProcess node(String name) {
    return Optional.ofNullable(current.get(name)).orElseThrow();
  }

  /** The current life of each member that was started. */
  public List<NodeProcess> nodes() {
    return List.copyOf(current.values());
  }

  public List<NodeProcess> others(NodeProcess... excluded) {
    return nodes().stream().filter(node -> !Arrays.asList(excluded).contains(node)).toList();
  }

  /** Waits until one of some members leads the role main in an epoch above the given one. */
  public Reign awaitLeader(List<NodeProcess> candidates, long aboveEpoch, Duration limit) {
    return await("a leader above epoch " + aboveEpoch + " among " + candidates)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL)
        .atMost(limit)
        .until(() -> leader(candidates, aboveEpoch), Optional::isPresent)
        .orElseThrow();
  }

  /** Waits for the first leader of a cluster whose members have all been started. */
  public Reign awaitFirstLeader() {
    return awaitLeader(nodes(), 0, PATIENCE);
  }

  /** Waits until all living members name this leader. */
  public void awaitKnownEverywhere(Reign reign) {
    await("all know " + reign.node())
        .pollInterval(POLL)
        .atMost(PATIENCE)
        .until(
            () ->
                nodes().stream()
                    .filter(NodeProcess::isAlive)
                    .allMatch(node -> node.knownLeader().equals(reign.node().name())));
  }

  /**
   * Waits until one member leads, and every member follows it and thereby votes: who names a leader
   * is bound to it by a promise.
   */
  public Reign awaitPeace() {
    return awaitPeace(nodes());
  }

  /** The same, of some members: others are not in the roster. */
  public Reign awaitPeace(List<NodeProcess> members) {
    return await("one leader whom all follow of " + members)
        .pollInterval(POLL)
        .atMost(PATIENCE)
        .until(() -> peace(members), Optional::isPresent)
        .orElseThrow();
  }

  private Optional<Reign> peace(List<NodeProcess> members) {
    return leader(members, 0)
        .filter(
            reign ->
                members.stream()
                    .filter(node -> !isWitness(node.name())) // it votes, and declares no role
                    .allMatch(node -> node.follows(reign)));
  }

  /** Who of some members leads the role main in an epoch above the given one, if anybody. */
  public Optional<Reign> leader(List<NodeProcess> candidates, long aboveEpoch) {
    return candidates.stream()
        .filter(NodeProcess::isAlive)
        .flatMap(
            node ->
                node.leadership().stream()
                    .map(e -> new Reign(node, e.number("epoch"), e.monoNanos())))
        .filter(reign -> reign.epoch() > aboveEpoch)
        .max(Comparator.comparingLong(Reign::epoch));
  }

  /** Everything that every life of every member claimed. */
  public ClaimsOverlap claims() {
    ClaimsOverlap claims = new ClaimsOverlap();
    try {
      for (String name : ports.keySet()) {
        claims.add(directory.resolve(name + ".claims"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return claims;
  }

  /** How many leaderships there were, in all lives of all members. */
  public long elections() {
    return lives.stream().mapToLong(life -> life.count("elected")).sum();
  }

  /** The last claim of a leadership. */
  public Claim lastClaim(Reign reign) {
    try (Stream<String> lines = Files.lines(directory.resolve(reign.node().name() + ".claims"))) {
      return lines
          .map(Claim::parse)
          .filter(claim -> claim.epoch() == reign.epoch())
          .max(Comparator.comparingLong(Claim::beforeNanos))
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A process that is no member of this cluster: what it prints is judged by nobody. */
  public NodeProcess apart(NodeProcess stranger) {
    strangers.add(stranger);
    return stranger;
  }

  /** What no life of any member may have printed, see {@link EventRules}. */
  public List<String> brokenRules() {
    return EventRules.broken(
        lives.stream().filter(life -> !strangers.contains(life)).map(NodeProcess::events).toList());
  }

  /** The ends of all output files, for a failed test's report. */
  public String describe() {
    return lives.stream().map(Cluster::describe).collect(Collectors.joining("\n"));
  }

  private static String describe(NodeProcess life) {
    List<String> events = life.events().stream().map(e -> e.fields().toString()).toList();
    return "%s\n  %s\n  %s"
        .formatted(
            life, String.join("\n  ", tail(events)), String.join("\n  ", tail(life.errorLines())));
  }

  private static List<String> tail(List<String> lines) {
    return lines.subList(Math.max(0, lines.size() - 25), lines.size());
  }

  @Override
  public void close() {
    lives.forEach(NodeProcess::close);
    lives.forEach(life -> life.exitStatus(Duration.ofSeconds(10)));
    if (!lives.isEmpty()) {
      RunPlace.sweep(directory.toFile()); // what the killed ones left in memory
    }
  }
}

package io.understudy.samples.node;

import io.understudy.samples.node.Cluster.Reign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Measures what the tests only bound: from the fault to the next leader's {@code elected} line, on
 * one monotonic clock. No test. Arguments: how many runs, then the lease in milliseconds, then
 * perhaps what to measure.
 */
final class FailoverTimes {
  private static final double NANOS_PER_MILLI = 1e6;

  /** Reading the members' output takes processor time; this long nobody looks. */
  private static final Duration UNDISTURBED = Duration.ofMillis(300);

  private final Path directory;
  private final int runs;
  private final Duration lease;

  /** What can happen to a leader. */
  private enum Mishap {
    KILL,
    /** With the proof of death switched off. */
    KILL_UNPROVED,
    TERM,
    STOP,
    HANDOVER,
    RESIGN;

    boolean endsTheProcess() {
      return this == KILL || this == KILL_UNPROVED || this == TERM;
    }

    Map<String, String> options() {
      return this == KILL_UNPROVED ? Map.of("--no-crash-proof", Cluster.FLAG) : Map.of();
    }
  }

  private FailoverTimes(Path directory, int runs, Duration lease) {
    this.directory = directory;
    this.runs = runs;
    this.lease = lease;
  }

  /** Prints median, 95th percentile and worst for each fault. */
  public static void main(String[] args) throws IOException {
    FailoverTimes times =
        new FailoverTimes(
            Files.createTempDirectory("failover-times"),
            Integer.parseInt(args[0]),
            Duration.ofMillis(Long.parseLong(args[1])));
    List<String> chosen =
        args.length > 2
            ? Arrays.asList(args).subList(2, args.length)
            : List.of("START", "KILL", "KILL_UNPROVED", "TERM", "STOP", "HANDOVER", "RESIGN");
    for (String name : chosen) {
      switch (name) {
        case "START" -> times.starts();
        case "CUT", "DEAF", "MUTE" -> times.separations(name);
        default -> times.faults(Mishap.valueOf(name));
      }
    }
  }

  private void starts() throws IOException {
    List<Double> millis = new ArrayList<>();
    for (int run = 0; run < Math.max(1, runs / 4); run++) {
      try (Cluster cluster = cluster("start" + run)) {
        cluster.startAll();
        long lastStartNanos = System.nanoTime();
        Reign reign = cluster.awaitLeader(cluster.nodes(), 0, Duration.ofSeconds(30));
        millis.add((reign.monoNanos() - lastStartNanos) / NANOS_PER_MILLI);
      }
    }
    print("start, from the last of three processes", millis);
  }

  /** One cluster, fault after fault; the member that had the fault is brought back each time. */
  private void faults(Mishap fault) throws IOException {
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    try (Cluster cluster = cluster(fault.name());
        DiskProbe disk = new DiskProbe(directory.resolve(fault + ".probe"))) {
      cluster.startAll(fault.options());
      Reign leader = cluster.awaitLeader(cluster.nodes(), 0, Duration.ofSeconds(30));
      for (int run = 0; run < runs; run++) {
        settle(cluster, leader, fault);
        leader = measure(cluster, leader, fault, millis);
      }
      millis.forEach(FailoverTimes::print);
      System.out.println("    " + disk);
      printClaims(cluster);
    }
  }

  private Reign measure(
      Cluster cluster, Reign leader, Mishap fault, Map<String, List<Double>> millis) {
    NodeProcess victim = leader.node();
    long faultNanos = System.nanoTime();
    inflict(cluster, victim, fault);
    pause(UNDISTURBED);
    Reign next =
        cluster.awaitLeader(cluster.others(victim), leader.epoch(), Duration.ofSeconds(60));
    note(millis, fault + " to elected", next.monoNanos() - faultNanos);
    Optional<Event> proof = next.node().last(e -> e.is("death"));
    if (fault == Mishap.KILL) {
      proof.ifPresent(e -> note(millis, "    of it to the proof", e.monoNanos() - faultNanos));
    }
    victim
        .last(e -> e.isOfMain("revoked"))
        .ifPresent(e -> note(millis, "    of it to revoked", e.monoNanos() - faultNanos));
    if (fault.endsTheProcess()) {
      victim.exitStatus(Duration.ofSeconds(10));
      cluster.start(victim.name(), fault.options());
    } else if (fault == Mishap.STOP) {
      pause(lease.multipliedBy(2));
      victim.signal("CONT");
    }
    return next;
  }

  private static void inflict(Cluster cluster, NodeProcess victim, Mishap fault) {
    switch (fault) {
      case KILL, KILL_UNPROVED -> victim.close();
      case TERM -> victim.terminate();
      case STOP -> victim.signal("STOP");
      case HANDOVER ->
          victim.post("/ha/handover?role=main&to=" + cluster.others(victim).get(0).name());
      case RESIGN -> victim.post("/ha/resign?role=main");
    }
  }

  private static void note(Map<String, List<Double>> millis, String what, long nanos) {
    millis.computeIfAbsent(what, any -> new ArrayList<>()).add(nanos / NANOS_PER_MILLI);
  }

  /** The leader is separated from both others in its network, and later heard again. */
  private void separations(String how) throws IOException {
    List<Double> nextMillis = new ArrayList<>();
    List<Double> claimedMillis = new ArrayList<>();
    List<Double> revokedMillis = new ArrayList<>();
    Path files = Files.createDirectories(directory.resolve(how));
    try (Network network = new Network(List.of("n1", "n2", "n3"));
        Cluster cluster = new Cluster(files, lease, network, network.members())) {
      cluster.startAll().awaitPeace();
      for (int run = 0; run < runs; run++) {
        pause(lease);
        Reign leader = cluster.awaitPeace();
        NodeProcess victim = leader.node();
        Network.Change cut = network.inject(separation(how, victim.name()));
        Reign next =
            cluster.awaitLeader(cluster.others(victim), leader.epoch(), Duration.ofSeconds(60));
        nextMillis.add((next.monoNanos() - cut.beforeNanos()) / NANOS_PER_MILLI);
        pause(lease);
        long claimedNanos = cluster.lastClaim(leader).beforeNanos() - cut.afterNanos();
        claimedMillis.add(claimedNanos / NANOS_PER_MILLI);
        Event revoked = victim.last(e -> e.isOfMain("revoked")).orElseThrow();
        revokedMillis.add((revoked.monoNanos() - cut.afterNanos()) / NANOS_PER_MILLI);
        network.heal();
      }
      print(how + " of the leader, to the next one", nextMillis);
      print("    to its last claim", claimedMillis);
      print("    to its own revoked", revokedMillis);
      printClaims(cluster);
    }
  }

  private static Fault separation(String how, String member) {
    return switch (how) {
      case "CUT" -> Fault.cut(member);
      case "DEAF" -> Fault.deaf(member);
      default -> Fault.mute(member);
    };
  }

  /** All know the leader, and restarted voters have waited out what they may have promised. */
  private void settle(Cluster cluster, Reign leader, Mishap fault) {
    cluster.awaitKnownEverywhere(leader);
    pause(fault.endsTheProcess() ? lease.multipliedBy(3).dividedBy(2) : UNDISTURBED);
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Cluster cluster(String name) throws IOException {
    Path files = Files.createDirectories(directory.resolve(name));
    return new Cluster(files, lease, Site.at("127.0.0.1"), List.of("n1", "n2", "n3"));
  }

  private static void printClaims(Cluster cluster) {
    ClaimsOverlap claims = cluster.claims();
    System.out.printf(
        Locale.ROOT,
        "    %d claims, %d epochs, overlaps: %s, broken rules: %s, load: %s%n",
        claims.claims(),
        claims.epochs("main").size(),
        claims.violations(),
        cluster.brokenRules(),
        load());
  }

  /** The machine's load average over 1, 5 and 15 minutes, as Linux says it. */
  private static String load() {
    try {
      return Files.readString(Path.of("/proc/loadavg")).replaceAll(" [^ ]*/.*", "").strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static void print(String name, List<Double> millis) {
    Collections.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.0f ms, p95 %.0f ms, worst %.0f ms, best %.0f ms (%d runs)%n",
        name,
        millis.get(millis.size() / 2),
        millis.get((int) Math.ceil(millis.size() * 0.95) - 1),
        millis.get(millis.size() - 1),
        millis.get(0),
        millis.size());
  }
}

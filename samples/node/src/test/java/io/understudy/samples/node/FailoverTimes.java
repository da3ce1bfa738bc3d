package io.understudy.samples.node;

import io.understudy.samples.node.Cluster.Reign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Measures what the tests only bound: from the fault to the next leader's {@code elected} line, on
 * one monotonic clock. No test. Arguments: how many runs, then the lease in milliseconds.
 */
final class FailoverTimes {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Path directory;
  private final int runs;
  private final Duration lease;

  private FailoverTimes(Path directory, int runs, Duration lease) {
    this.directory = directory;
    this.runs = runs;
    this.lease = lease;
  }

  /** Prints median and maximum for each fault; names after the numbers choose some of them. */
  public static void main(String[] args) throws IOException {
    FailoverTimes times =
        new FailoverTimes(
            Files.createTempDirectory("failover-times"),
            Integer.parseInt(args[0]),
            Duration.ofMillis(Long.parseLong(args[1])));
    List<String> chosen =
        args.length > 2
            ? Arrays.asList(args).subList(2, args.length)
            : List.of("START", "KILL", "TERM", "STOP");
    for (String name : chosen) {
      if ("START".equals(name)) {
        times.starts();
      } else {
        times.faults(name);
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
  private void faults(String signal) throws IOException {
    List<Double> millis = new ArrayList<>();
    try (Cluster cluster = cluster(signal)) {
      cluster.startAll();
      Reign leader = cluster.awaitLeader(cluster.nodes(), 0, Duration.ofSeconds(30));
      for (int run = 0; run < runs; run++) {
        settle(cluster, leader);
        NodeProcess victim = leader.node();
        long faultNanos = System.nanoTime();
        victim.signal(signal);
        Reign next =
            cluster.awaitLeader(cluster.others(victim), leader.epoch(), Duration.ofSeconds(60));
        millis.add((next.monoNanos() - faultNanos) / NANOS_PER_MILLI);
        if (!"STOP".equals(signal)) {
          victim.exitStatus(Duration.ofSeconds(10));
          cluster.start(victim.name());
        } else {
          pause(lease.multipliedBy(2));
          victim.signal("CONT");
        }
        leader = next;
      }
      ClaimsOverlap claims = cluster.claims();
      print("SIG" + signal, millis);
      System.out.printf(
          Locale.ROOT,
          "    %d claims, %d epochs, overlaps: %s%n",
          claims.claims(),
          claims.epochs("main").size(),
          claims.violations());
    }
  }

  /** All know the leader, and restarted voters have waited out what they may have promised. */
  private void settle(Cluster cluster, Reign leader) {
    cluster.awaitKnownEverywhere(leader);
    pause(lease.multipliedBy(3).dividedBy(2));
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
    return new Cluster(files, lease, "127.0.0.1", List.of("n1", "n2", "n3"));
  }

  private static void print(String name, List<Double> millis) {
    Collections.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.0f ms, max %.0f ms, min %.0f ms (%d runs)%n",
        name,
        millis.get(millis.size() / 2),
        millis.get(millis.size() - 1),
        millis.get(0),
        millis.size());
  }
}

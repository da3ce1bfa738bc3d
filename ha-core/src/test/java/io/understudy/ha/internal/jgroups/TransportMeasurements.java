package io.understudy.ha.internal.jgroups;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Prints how fast the transport is on this machine; asserts nothing. Run it by hand: {@code java
 * -cp ... io.understudy.ha.internal.jgroups.TransportMeasurements}.
 */
final class TransportMeasurements {
  private static final int ROUNDS = 12;

  private TransportMeasurements() {}

  /** Runs everything. */
  public static void main(String[] args) throws Exception {
    quiet();
    formation();
    crash();
    roundTrip();
    idle();
    System.exit(0);
  }

  private static void quiet() {
    ((ch.qos.logback.classic.Logger)
            org.slf4j.LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME))
        .setLevel(ch.qos.logback.classic.Level.ERROR);
  }

  private static void waitFor(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      Thread.sleep(1);
    }
  }

  private static void print(String what, List<Double> values, String unit) {
    double[] sorted = values.stream().mapToDouble(d -> d).sorted().toArray();
    System.out.printf(
        "%-58s median %.2f, max %.2f %s (%d)%n",
        what, sorted[sorted.length / 2], sorted[sorted.length - 1], unit, sorted.length);
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  private static void formation() throws Exception {
    List<Double> start = new ArrayList<>();
    List<Double> seen = new ArrayList<>();
    List<Double> viewed = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      try (Cluster cluster = new Cluster(3)) {
        List<Member> members = List.of(cluster.member(1), cluster.member(2), cluster.member(3));
        long before = System.nanoTime();
        List<Thread> threads = members.stream().map(member -> new Thread(member::start)).toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
          thread.join();
        }
        double started = millisSince(before);
        waitFor(() -> members.stream().allMatch(member -> member.reachable.size() == 2));
        double all = millisSince(before);
        waitFor(() -> members.stream().allMatch(m -> m.transport.view().contains("(3)")));
        if (round > 1) {
          start.add(started);
          seen.add(all);
          viewed.add(millisSince(before));
        }
      }
    }
    print("three members started at once: all listen after", start, "ms");
    print("... all see each other after", seen, "ms");
    print("... one JGroups view after", viewed, "ms");
  }

  private static void crash() throws Exception {
    List<Double> crashed = new ArrayList<>();
    List<Double> closed = new ArrayList<>();
    for (int round = 0; round < 2 * ROUNDS; round++) {
      try (Cluster cluster = new Cluster(3)) {
        List<Member> members = cluster.formed();
        Member n1 = members.get(0);
        Member n2 = members.get(1);
        Member victim = members.get(2);
        long before = System.nanoTime();
        boolean goodbye = round % 2 == 0;
        Thread end = new Thread(goodbye ? victim::close : victim.transport::crash);
        end.start();
        waitFor(() -> n1.sees(n2) && n2.sees(n1));
        (goodbye ? closed : crashed).add(millisSince(before));
        end.join();
      }
    }
    print("sockets closed as by a kill: gone at both others after", crashed, "ms");
    print("closed in good order: gone at both others after", closed, "ms");
  }

  private static void roundTrip() throws Exception {
    try (Cluster cluster = new Cluster(2)) {
      List<Member> members = cluster.formed();
      Member n1 = members.get(0);
      Member n2 = members.get(1);
      List<Double> trips = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        long before = System.nanoTime();
        n1.transport.send(n2.id, n1.message(i));
        while (n2.received.poll() == null) {
          Thread.onSpinWait();
        }
        n2.transport.send(n1.id, n2.message(i));
        while (n1.received.poll() == null) {
          Thread.onSpinWait();
        }
        if (i >= 2000) {
          trips.add(millisSince(before) * 1000);
        }
      }
      print("round trip of a small message", trips, "us");
    }
  }

  /**
   * Bytes on the loopback interface, and processor time of this process, while three members idle.
   */
  private static void idle() throws Exception {
    try (Cluster cluster = new Cluster(3)) {
      List<Member> members = cluster.formed();
      waitFor(() -> members.stream().allMatch(m -> m.transport.view().contains("(3)")));
      Thread.sleep(3000);
      long bytes = loopbackBytes();
      long cpu = cpuNanos();
      long before = System.nanoTime();
      Thread.sleep(Duration.ofSeconds(20).toMillis());
      double seconds = (System.nanoTime() - before) / 1e9;
      System.out.printf(
          "three idle members, lease %d ms: %.0f bytes/s sent by each (all of loopback / 3), %.2f %% of a core each%n",
          Member.TIMING.lease().toMillis(),
          (loopbackBytes() - bytes) / seconds / 3,
          100.0 * (cpuNanos() - cpu) / 1e9 / seconds / 3);
      System.out.printf(
          "threads in the process: %d, of which %s%n",
          Thread.activeCount(),
          Arrays.toString(
              Thread.getAllStackTraces().keySet().stream()
                  .map(Thread::getName)
                  .sorted()
                  .toArray()));
    }
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean)
            java.lang.management.ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long loopbackBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/net/dev"))) {
      if (line.strip().startsWith("lo:")) {
        return Long.parseLong(line.strip().split("[: ]+", -1)[1]);
      }
    }
    return 0;
  }
}

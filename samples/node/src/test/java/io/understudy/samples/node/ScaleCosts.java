package io.understudy.samples.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures what roles cost: processor time, bytes and messages of each member of an idle cluster,
 * on Linux. No test. Arguments: members, seconds of warm-up, seconds to measure, then a number of
 * roles for each cluster; {@code 200:spread} has its leaders spread evenly over the members instead
 * of all at the first. Options for the members' JVMs come from the property {@code scale.jvm}.
 *
 * <p>Processor time is utime and stime of {@code /proc/PID/stat}; bytes and messages are what
 * {@code ss -ti} counts for the process' connections: everything above TCP, JGroups' own traffic
 * and the encryption included. A message is a segment with data; up to the loopback's 64 KiB it is
 * one.
 */
final class ScaleCosts {
  private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Pattern OWNER = Pattern.compile("pid=(\\d+)");

  private final Path directory;
  private final List<String> names;
  private final long warmUpMillis;
  private final long measureMillis;

  /** What a process had consumed at some moment. */
  private record Reading(long ticks, Map<String, Long> traffic) {
    double perSecond(Reading before, String counter, double seconds) {
      long now = traffic.getOrDefault(counter, 0L);
      return (now - before.traffic.getOrDefault(counter, 0L)) / seconds;
    }

    double corePercent(Reading before, double seconds) {
      return 100 * (ticks - before.ticks) / TICKS_PER_SECOND / seconds;
    }
  }

  private ScaleCosts(Path directory, int members, long warmUpMillis, long measureMillis) {
    this.directory = directory;
    this.names = new ArrayList<>();
    for (int i = 1; i <= members; i++) {
      names.add("n" + i);
    }
    this.warmUpMillis = warmUpMillis;
    this.measureMillis = measureMillis;
  }

  /** Prints a table. */
  public static void main(String[] args) throws IOException, InterruptedException {
    ScaleCosts costs =
        new ScaleCosts(
            Files.createTempDirectory("scale-costs"),
            Integer.parseInt(args[0]),
            1000 * Long.parseLong(args[1]),
            1000 * Long.parseLong(args[2]));
    System.out.println(
        "| roles | member | leads | of a core, percent | KB/s out | KB/s in |"
            + " messages/s out | in | load |");
    System.out.println("|--:|---|--:|--:|--:|--:|--:|--:|--:|");
    for (int i = 3; i < args.length; i++) {
      String[] parts = args[i].split(":", -1);
      costs.measure(Integer.parseInt(parts[0]), parts.length > 1);
    }
  }

  private void measure(int roles, boolean spread) throws IOException, InterruptedException {
    List<NodeProcess> nodes = new ArrayList<>();
    try {
      start(nodes, roles, spread);
      awaitLeaders(nodes, roles);
      Thread.sleep(warmUpMillis);
      long began = System.nanoTime();
      Map<Long, Reading> before = read(nodes);
      Thread.sleep(measureMillis);
      Map<Long, Reading> after = read(nodes);
      double seconds = (System.nanoTime() - began) / 1e9;
      for (NodeProcess node : nodes) {
        print(node, roles, before.get(node.pid()), after.get(node.pid()), seconds);
      }
    } finally {
      nodes.forEach(NodeProcess::close);
      nodes.forEach(node -> node.exitStatus(Duration.ofSeconds(10)));
    }
  }

  private void start(List<NodeProcess> nodes, int roles, boolean spread) throws IOException {
    Path files = Files.createTempDirectory(directory, "roles-" + roles + "-");
    Path secret = Files.writeString(files.resolve("secret"), "correct horse battery staple");
    List<Integer> ports = Ports.free(names.size());
    List<String> peers = ports.stream().map(port -> "127.0.0.1:" + port).toList();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of(System.getProperty("scale.jvm", "-Xmx128m").split(" ", -1)));
      command.addAll(List.of("-jar", Path.of("target", "ha-node.jar").toString()));
      command.addAll(List.of("--cluster", "scale", "--name", name));
      command.addAll(List.of("--roster", String.join(",", names), "--bind", peers.get(i)));
      command.addAll(List.of("--peers", String.join(",", peers)));
      command.addAll(List.of("--state", files.resolve(name).toString()));
      command.addAll(List.of("--secret-file", secret.toString(), "--failback", "auto"));
      for (int role = 0; role < roles; role++) {
        String roleName = String.format(Locale.ROOT, "r%03d", role + 1);
        String preferred = names.get(spread ? role % names.size() : 0);
        command.addAll(List.of("--role", roleName, "--prefer", roleName + "=" + preferred));
      }
      nodes.add(
          new NodeProcess(
              name, "", command, files.resolve(name + ".out"), files.resolve(name + ".err")));
    }
  }

  private static void awaitLeaders(List<NodeProcess> nodes, int roles) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (nodes.stream().mapToLong(ScaleCosts::leads).sum() < roles) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("no leader for each of " + roles + " roles");
      }
      Thread.sleep(200);
    }
  }

  private static long leads(NodeProcess node) {
    return node.count("elected") - node.count("revoked");
  }

  private static void print(
      NodeProcess node, int roles, Reading before, Reading after, double seconds)
      throws IOException {
    System.out.printf(
        Locale.ROOT,
        "| %d | %s | %d | %.2f | %.1f | %.1f | %.1f | %.1f | %s |%n",
        roles,
        node.name(),
        leads(node),
        after.corePercent(before, seconds),
        after.perSecond(before, "bytes_sent", seconds) / 1000,
        after.perSecond(before, "bytes_received", seconds) / 1000,
        after.perSecond(before, "data_segs_out", seconds),
        after.perSecond(before, "data_segs_in", seconds),
        Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
  }

  private static Map<Long, Reading> read(List<NodeProcess> nodes) throws IOException {
    Map<Long, Map<String, Long>> traffic = traffic();
    Map<Long, Reading> readings = new HashMap<>();
    for (NodeProcess node : nodes) {
      readings.put(
          node.pid(), new Reading(ticks(node.pid()), traffic.getOrDefault(node.pid(), Map.of())));
    }
    return readings;
  }

  private static long ticks(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** The counters of all established connections, summed up for each process. */
  private static Map<Long, Map<String, Long>> traffic() throws IOException {
    Process ss = new ProcessBuilder("ss", "-tinpH", "state", "established").start();
    String text = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Map<Long, Map<String, Long>> traffic = new HashMap<>();
    Map<String, Long> current = new TreeMap<>();
    for (String line : text.lines().toList()) {
      Matcher owner = OWNER.matcher(line);
      if (owner.find()) {
        current = traffic.computeIfAbsent(Long.valueOf(owner.group(1)), any -> new TreeMap<>());
      } else {
        add(current, line);
      }
    }
    return traffic;
  }

  private static void add(Map<String, Long> counters, String line) {
    for (String word : line.trim().split(" ", -1)) {
      int colon = word.indexOf(':');
      if (colon > 0 && word.substring(colon + 1).matches("\\d+")) {
        counters.merge(
            word.substring(0, colon), Long.valueOf(word.substring(colon + 1)), Long::sum);
      }
    }
  }
}

package io.understudy.samples.orders;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.node.Cluster;
import io.understudy.samples.node.Event;
import io.understudy.samples.node.NodeProcess;
import io.understudy.samples.node.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Shows where the time of planned switchovers goes: what each member said during each of them, in
 * milliseconds since it was asked for. No test. Arguments: product, how many, orders a second of a
 * member, clients of a member.
 */
final class SwitchoverTimes {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final List<String> MEMBERS = List.of("n1", "n2", "n3");

  private SwitchoverTimes() {}

  /** Prints each switchover, then the pauses of all. */
  public static void main(String[] args) throws IOException {
    Flavor flavor = Flavor.valueOf(args[0]);
    Path directory = Files.createTempDirectory("switchover-times");
    try (DatabasePair pair = DatabasePair.builder(flavor).start();
        Cluster cluster =
            new Cluster(
                directory, Duration.ofSeconds(2), Site.at("127.0.0.1"), List.copyOf(MEMBERS))) {
      OrderService service =
          OrderService.onLoopback(cluster, pair, MEMBERS, directory)
              .with("--rate", args[2])
              .with("--clients", args[3])
              .startAll();
      service.awaitOrdersOfAll();
      service.awaitStandby(service.other(service.awaitWriter()).name());
      List<Duration> pauses = new ArrayList<>();
      for (int i = 0; i < Integer.parseInt(args[1]); i++) {
        pauses.add(once(service, cluster));
      }
      System.out.println(flavor + ": pause of writes " + Runs.times(pauses));
      service.stop();
    }
  }

  private static Duration once(OrderService service, Cluster cluster) {
    DatabaseServer to = service.other(service.awaitWriter());
    long askedNanos = System.nanoTime();
    service.switchTo(to.name());
    long doneNanos = System.nanoTime();
    service.awaitOrdersOfAll();
    Duration pause = service.book().longestPause(askedNanos, doneNanos);
    System.out.printf(Locale.ROOT, "%n== to %s: pause %d ms%n", to.name(), pause.toMillis());
    cluster.nodes().stream()
        .map(NodeProcess::events)
        .flatMap(List::stream)
        .filter(it -> it.monoNanos() - askedNanos > 0)
        .filter(it -> it.is("writer") || it.is("switchover"))
        .sorted(Comparator.comparingLong(Event::monoNanos))
        .forEach(it -> print(it, askedNanos));
    return pause;
  }

  private static void print(Event event, long fromNanos) {
    System.out.printf(
        Locale.ROOT,
        "%8.1f %s %s%n",
        (event.monoNanos() - fromNanos) / NANOS_PER_MILLI,
        event.text("node"),
        event.is("writer")
            ? "writer " + event.text("phase") + " " + event.text("master")
            : "step " + event.text("step") + " " + event.text("milliseconds") + " ms");
  }
}

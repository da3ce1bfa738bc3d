package io.understudy.samples.orders;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.node.Cluster;
import io.understudy.samples.node.Processes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The writer moves to and fro while 32 clients of three processes insert and read. */
@Tag("fault")
class SwitchoverRunIT {
  private static final int SWITCHOVERS = Runs.count("switchovers", 10);
  private static final int BORROWS_PER_SWITCHOVER = 1_000;
  private static final Map<String, String> CLIENTS = Map.of("n1", "11", "n2", "11", "n3", "10");
  private static final String RATE = "200";

  @RegisterExtension final Processes processes = new Processes();

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void plannedChangesCostNoErrorAndNoOrder(Flavor flavor) {
    List<String> members = List.copyOf(new TreeSet<>(CLIENTS.keySet()));
    try (DatabasePair pair = DatabasePair.builder(flavor).start()) {
      Cluster cluster = processes.cluster(Duration.ofSeconds(2), members.toArray(new String[0]));
      OrderService service =
          OrderService.onLoopback(cluster, pair, members, processes.directory())
              .with("--rate", RATE);
      members.forEach(it -> service.start(it, Map.of("--clients", CLIENTS.get(it))));
      service.awaitOrdersOfAll();
      service.awaitStandby(service.other(service.awaitWriter()).name());
      run(service, flavor);
    }
  }

  private static void run(OrderService service, Flavor flavor) {
    long fromNanos = System.nanoTime();
    List<Duration> pauses = new ArrayList<>();
    for (int i = 0; i < SWITCHOVERS; i++) {
      DatabaseServer to = service.other(service.awaitWriter());
      long askedNanos = System.nanoTime();
      service.switchTo(to.name());
      long doneNanos = System.nanoTime();
      service.awaitOrdersOfAll();
      pauses.add(service.book().longestPause(askedNanos, doneNanos));
    }
    await("enough borrows")
        .pollInterval(Duration.ofMillis(200))
        .atMost(Duration.ofMinutes(30))
        .until(() -> service.book().all().size() >= SWITCHOVERS * BORROWS_PER_SWITCHOVER);
    List<LedgerLine> failures = service.book().failuresSince(fromNanos);
    DatabaseServer writer = service.awaitWriter();
    service.stop();
    service.pair().awaitReplicated(OrderService.PATIENCE);
    Audit audit = new Audit(service.book(), writer, service.other(writer));
    Runs.measured(
        "{}, {} switchovers: {} borrows, {} failures, pause of writes {}; {} lost, {} duplicates",
        flavor,
        SWITCHOVERS,
        service.book().all().size(),
        failures.size(),
        Runs.times(pauses),
        audit.lost().size(),
        audit.duplicates().size());
    assertEquals(List.of(), audit.lost());
    assertEquals(List.of(), audit.duplicates());
    assertEquals(List.of(), audit.violations());
    assertEquals(List.of(), failures);
  }
}

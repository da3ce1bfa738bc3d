package io.understudy.samples.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.node.Cluster;
import io.understudy.samples.node.NeedsNetworks;
import io.understudy.samples.node.Network;
import io.understudy.samples.node.Preload;
import io.understudy.samples.node.Processes;
import io.understudy.samples.node.Site;
import io.understudy.samples.node.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whatever goes wrong with members, servers, networks and clocks: no two masters acknowledge in one
 * generation, nobody writes in a generation that is over, and every acknowledged order is found
 * again. {@code -Dorders.seed=N} draws the same faults again; when they meet what is under way is
 * up to the machine.
 */
@Tag("fault")
@NeedsNetworks
@EnabledIf(
    value = "hasCompiler",
    disabledReason = "needs gcc to put a library before the processes' own clocks")
class RandomFaultsIT {
  private static final Logger log = LoggerFactory.getLogger(RandomFaultsIT.class);
  private static final int FAULTS = Runs.count("faults", 20);
  private static final long SEED = Long.getLong("orders.seed", System.nanoTime());
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final List<String> MEMBERS = List.of("n1", "n2", "n3");

  @RegisterExtension final Processes processes = new Processes();

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  static boolean hasCompiler() {
    return Preload.hasCompiler();
  }

  @ParameterizedTest
  @EnumSource
  void everyAcknowledgedOrderIsFoundAgain(Flavor flavor) {
    Network network = processes.network(MEMBERS.toArray(new String[0]));
    String addresses =
        network.members().stream().map(network::statusHere).collect(Collectors.joining(","));
    try (DatabasePair pair =
        DatabasePair.builder(flavor).option("--bind-address=127.0.0.1," + addresses).start()) {
      MEMBERS.forEach(it -> Preload.setClock(clock(it), 0));
      Cluster cluster = processes.clusterIn(withClocks(network), LEASE, MEMBERS);
      OrderService service =
          new OrderService(cluster, pair, MEMBERS, processes.directory(), network::statusHere);
      service.with("--clients", "5").with("--rate", "50").startAll().awaitOrdersOfAll();
      run(service, new Troubles(service, network, this::clock, SEED), flavor);
    }
  }

  private void run(OrderService service, Troubles troubles, Flavor flavor) {
    List<String> history = new ArrayList<>();
    try {
      for (int i = 0; i < FAULTS; i++) {
        List<Trouble> now = troubles.next();
        long millis = troubles.millis();
        history.add(now + " for " + millis + " ms");
        log.info("{} of seed {}: {}", i, SEED, history.get(i));
        now.forEach(it -> it.begin().run());
        Waits.pass(Duration.ofMillis(millis));
        now.forEach(it -> it.end().run());
        mend(service);
      }
      judge(service, flavor);
    } catch (RuntimeException | Error e) {
      log.error("seed {}, last: {}", SEED, history.get(history.size() - 1));
      throw e;
    }
  }

  /** What is stranded anywhere is let through, and all is calm again. */
  private static void mend(OrderService service) {
    DatabaseServer writer = service.awaitWriter();
    service.pair().servers().forEach(it -> Reconciliation.letThrough(service.other(it), it));
    service.awaitOrdersOfAll();
    service.awaitStandby(service.other(service.awaitWriter()).name());
    if (writer != service.awaitWriter()) {
      mend(service); // it was lost late
    }
  }

  private static void judge(OrderService service, Flavor flavor) {
    DatabaseServer writer = service.awaitWriter();
    service.stop();
    service.pair().awaitReplicated(OrderService.PATIENCE);
    Audit audit = new Audit(service.book(), writer, service.other(writer));
    Runs.measured(
        "{}, {} random faults of seed {}: {} orders, {} lost, {} duplicates, {} violations, {}"
            + " unclear and stored; attempts {}",
        flavor,
        FAULTS,
        SEED,
        audit.orders(),
        audit.lost().size(),
        audit.duplicates().size(),
        audit.violations().size(),
        audit.unclearStored(),
        service.book().outcomes());
    assertEquals(List.of(), audit.lost());
    assertEquals(List.of(), audit.duplicates());
    assertEquals(List.of(), audit.violations());
  }

  private Path clock(String member) {
    return processes.directory().resolve(member + ".clock");
  }

  private Site withClocks(Network network) {
    return new Site() {
      @Override
      public String host(String member) {
        return network.host(member);
      }

      @Override
      public String httpHost(String member) {
        return network.httpHost(member);
      }

      @Override
      public List<String> prefix(String member) {
        List<String> words = new ArrayList<>(network.prefix(member));
        words.addAll(Preload.wallClock(processes.directory(), clock(member)));
        return words;
      }
    };
  }
}

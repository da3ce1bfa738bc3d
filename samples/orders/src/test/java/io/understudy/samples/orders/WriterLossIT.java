package io.understudy.samples.orders;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.node.Cluster;
import io.understudy.samples.node.Processes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The writer dies or freezes, while clients insert and read. */
@Tag("fault")
class WriterLossIT {
  private static final int KILLS = Runs.count("kills", 2);
  private static final int FREEZES = Runs.count("freezes", 1);
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final List<String> MEMBERS = List.of("n1", "n2", "n3");

  @RegisterExtension final Processes processes = new Processes();

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void aKilledWriterIsReplaced(Flavor flavor) {
    onLoopback(flavor, Mishap.KILL, flavor + ", kill -9", KILLS);
  }

  @ParameterizedTest
  @EnumSource
  void aKilledWriterIsReplacedWhileCommitsInDoubtAreFoundOut(Flavor flavor) {
    try (DatabasePair pair = DatabasePair.builder(flavor).start()) {
      OrderService service = service(pair).with("--resolve", Cluster.FLAG);
      new WriterLoss(service, Mishap.KILL).run(flavor + ", kill -9, --resolve", KILLS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFrozenWriterIsReplaced(Flavor flavor) {
    onLoopback(flavor, Mishap.FREEZE, flavor + ", SIGSTOP", FREEZES);
  }

  private void onLoopback(Flavor flavor, Mishap mishap, String name, int times) {
    try (DatabasePair pair = DatabasePair.builder(flavor).start()) {
      new WriterLoss(service(pair), mishap).run(name, times);
    }
  }

  private OrderService service(DatabasePair pair) {
    Cluster cluster = processes.cluster(LEASE, MEMBERS.toArray(new String[0]));
    return OrderService.onLoopback(cluster, pair, MEMBERS, processes.directory());
  }
}

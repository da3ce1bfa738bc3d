package io.understudy.samples.orders;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.node.Cluster;
import io.understudy.samples.node.NeedsNetworks;
import io.understudy.samples.node.Network;
import io.understudy.samples.node.Processes;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The writer is not heard any more, by any member. The members are in networks of their own; the
 * servers listen at this side of the cables to them.
 */
@Tag("fault")
@NeedsNetworks
class WriterSilenceIT {
  private static final int SILENCES = Runs.count("silences", 1);
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final List<String> MEMBERS = List.of("n1", "n2", "n3");

  @RegisterExtension final Processes processes = new Processes();

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @ParameterizedTest
  @EnumSource
  void aWriterThatIsNotHeardIsReplaced(Flavor flavor) {
    Network network = processes.network(MEMBERS.toArray(new String[0]));
    String addresses =
        network.members().stream().map(network::statusHere).collect(Collectors.joining(","));
    try (DatabasePair pair =
        DatabasePair.builder(flavor).option("--bind-address=127.0.0.1," + addresses).start()) {
      Cluster cluster = processes.clusterIn(network, LEASE);
      OrderService service =
          new OrderService(cluster, pair, MEMBERS, processes.directory(), network::statusHere);
      new WriterLoss(service, new Silence(network, MEMBERS)).run(flavor + ", silence", SILENCES);
    }
  }
}

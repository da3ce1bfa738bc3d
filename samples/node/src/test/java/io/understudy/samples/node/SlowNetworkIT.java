package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import io.understudy.samples.node.PacketRelay.Weather;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Packets that come late, in another order, and twice. */
@Tag("fault")
@NeedsNetworks
class SlowNetworkIT {
  private static final Duration LEASE = Duration.ofSeconds(2);

  @RegisterExtension final Processes processes = new Processes();

  /** A round trip of 60 to 140 ms is within what is promised for this lease: an eighth of it. */
  @Test
  void allWorksWhereARoundTripTakesAFourteenthOfALease() {
    Network network = processes.slowNetwork(new Weather(30, 40, 5), "n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    Reign first = cluster.awaitPeace();
    Waits.pass(LEASE.multipliedBy(2));
    first.node().kill();
    Reign second =
        cluster.awaitLeader(cluster.others(first.node()), first.epoch(), Cluster.PATIENCE);
    cluster.start(first.node().name());

    assertTrue(cluster.awaitPeace().epoch() >= second.epoch());
  }

  /** Beyond the promise nobody need lead, but never two, and all is well when it is over. */
  @Test
  void delaysOfWholeLeasesCostLeadersAndNothingElse() {
    Network network = processes.slowNetwork(new Weather(0, 0, 0), "n1", "n2", "n3");
    Cluster cluster = processes.clusterIn(network, LEASE).startAll();
    cluster.awaitPeace();
    network.weather(new Weather(150, 300, 5));
    Waits.pass(LEASE.multipliedBy(3));
    network.weather(new Weather(500, 2000, 5));
    Waits.pass(LEASE.multipliedBy(3));
    network.weather(new Weather(1, 2, 0));

    cluster.awaitPeace();
  }
}

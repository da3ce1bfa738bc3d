package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.Account;
import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.Flavor;
import io.understudy.samples.node.Cluster.Reign;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two members and a row in a real MySQL. Each of the three fails in turn, in each of its ways, and
 * the other two go on.
 *
 * <pre>
 *   n1  leads | killed | follows ...            | stopped | ...
 *   n2  follows        | leads with the row ... | leads   | ...
 *   row votes                                     votes   | killed | frozen | deleted
 * </pre>
 */
@Tag("fault")
class JdbcWitnessIT {
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final Duration FAILOVER = LEASE.multipliedBy(13).dividedBy(10).plusSeconds(2);

  @RegisterExtension final Processes processes = new Processes();

  @BeforeAll
  static void machineCanRunServers() {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
  }

  @Test
  void eachOfTheThreeMayFail() throws SQLException, URISyntaxException {
    try (DatabasePair pair =
        DatabasePair.builder(Flavor.MYSQL)
            .option("--innodb-flush-log-at-trx-commit=1")
            .option("--sync-binlog=1")
            .start()) {
      DatabaseServer server = pair.a();
      Cluster cluster = processes.cluster(LEASE, "n1", "n2", "w1:witness").with(driver());
      Map<String, String> options = options(cluster, server);
      cluster.start("n1", options);
      cluster.start("n2", options);
      cluster.awaitPeace();
      awaitWitness(cluster, true);

      leaderIsKilled(cluster, options);
      leaderIsStopped(cluster);
      followerIsKilled(cluster, options);
      serverIsKilled(cluster, server);
      serverIsFrozen(cluster, server);
      rowIsDeleted(cluster, server);
      leaderIsKilled(cluster, options);
      serverIsKilled(cluster, server);
      leaderIsKilled(cluster, options);

      ClaimsOverlap claims = cluster.claims();
      assertEquals(List.of(), claims.violations());
      assertEquals(List.of(), cluster.brokenRules());
    }
  }

  private static Path driver() throws URISyntaxException {
    return Path.of(
        com.mysql.cj.jdbc.Driver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static Map<String, String> options(Cluster cluster, DatabaseServer server) {
    Path password = cluster.write("password", Account.APP.password());
    return Map.of(
        "--witness-jdbc",
        server.jdbcUrl("appdb"),
        "--witness-user",
        Account.APP.user(),
        "--witness-password-file",
        password.toString());
  }

  private static void leaderIsKilled(Cluster cluster, Map<String, String> options) {
    Reign first = cluster.awaitPeace();

    first.node().kill();

    Reign second = cluster.awaitLeader(cluster.others(first.node()), first.epoch(), FAILOVER);
    assertStays(second);
    cluster.start(first.node().name(), options);
    assertEquals(second.epoch(), cluster.awaitPeace().epoch());
    awaitWitness(cluster, true);
  }

  private static void leaderIsStopped(Cluster cluster) {
    Reign first = cluster.awaitPeace();

    first.node().signal("STOP");

    Reign second = cluster.awaitLeader(cluster.others(first.node()), first.epoch(), FAILOVER);
    assertStays(second);
    first.node().signal("CONT");
    assertEquals(second.epoch(), cluster.awaitPeace().epoch());
    awaitWitness(cluster, true);
  }

  private static void followerIsKilled(Cluster cluster, Map<String, String> options) {
    Reign reign = cluster.awaitPeace();
    NodeProcess follower = cluster.others(reign.node()).get(0);

    follower.kill();

    assertStays(reign);
    cluster.start(follower.name(), options);
    assertEquals(reign.epoch(), cluster.awaitPeace().epoch());
    awaitWitness(cluster, true);
  }

  private static void serverIsKilled(Cluster cluster, DatabaseServer server) {
    Reign reign = cluster.awaitPeace();

    server.kill9();

    awaitWitness(cluster, false);
    assertStays(reign);
    server.restart();
    awaitWitness(cluster, true);
    assertEquals(reign.epoch(), cluster.awaitPeace().epoch());
  }

  private static void serverIsFrozen(Cluster cluster, DatabaseServer server) {
    Reign reign = cluster.awaitPeace();

    server.pause();

    try {
      awaitWitness(cluster, false);
      assertStays(reign);
    } finally {
      server.resume();
    }
    awaitWitness(cluster, true);
    assertEquals(reign.epoch(), cluster.awaitPeace().epoch());
  }

  private static void rowIsDeleted(Cluster cluster, DatabaseServer server) throws SQLException {
    Reign reign = cluster.awaitPeace();

    try (Connection connection = server.connect(Account.APP);
        Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM ha_witness"); // the rows of all roles, the roster's too
    }

    awaitWitness(cluster, false);
    awaitWitness(cluster, true);
    assertStays(reign);
  }

  /** What the members printed last of the witness. */
  private static void awaitWitness(Cluster cluster, boolean reachable) {
    await("all members see the witness reachable: " + reachable)
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                cluster.nodes().stream()
                    .allMatch(
                        node ->
                            node.last(e -> e.is("witness"))
                                .filter(e -> e.text("reachable").equals("" + reachable))
                                .isPresent()));
  }

  /** Three leases later the same leadership stands. */
  private static void assertStays(Reign reign) {
    long sinceNanos = System.nanoTime();
    await("three leases")
        .atMost(Cluster.PATIENCE)
        .until(() -> System.nanoTime() - sinceNanos > LEASE.multipliedBy(3).toNanos());
    assertEquals(
        reign.epoch(),
        reign.node().leadership().map(e -> e.number("epoch")).orElse(-1L),
        "the leader lost its role");
  }
}

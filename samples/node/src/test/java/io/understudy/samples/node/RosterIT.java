package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The roster changes while the cluster runs. After each test no claims overlap, and epochs have
 * risen from one leadership to the next, see {@link Processes}.
 */
@Tag("fault")
class RosterIT {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final String[] THREE = {"n1", "n2", "n3"};
  private static final String[] FOUR = {"n1", "n2", "n3", "n4"};
  private static final String ALL_FOUR = "n1:1 n2:1 n3:1 n4:1";

  @RegisterExtension final Processes processes = new Processes();

  /** How a member is away while the roster changes. */
  enum Absence {
    KILLED,
    FROZEN
  }

  /** The members n1, n2 and n3, which know nothing of n4. */
  private Cluster three() {
    Cluster cluster = processes.cluster(LEASE, FOUR);
    Stream.of(THREE).forEach(name -> cluster.start(name, Rosters.configured(cluster, THREE)));
    return cluster;
  }

  /** Adds n4 and starts it. */
  private static NodeProcess grow(Cluster cluster, NodeProcess asked) {
    HttpResponse<String> early = asked.post("/ha/roster?add=n4");
    assertEquals(504, early.statusCode(), "n4 does not run: " + early.body());
    NodeProcess fourth = cluster.start("n4", Rosters.configured(cluster, FOUR));
    Rosters.change(asked, "add=n4");
    return fourth;
  }

  @Test
  void aFourthMemberIsAddedAndItsVoteCounts() {
    Cluster cluster = three();
    Reign reign = cluster.awaitPeace();
    NodeProcess asked = cluster.others(reign.node()).get(0);

    HttpResponse<String> early = asked.post("/ha/roster?add=n4");

    assertEquals(504, early.statusCode());
    assertTrue(early.body().contains("n4 with 1 vote"), early.body());
    NodeProcess keeper = Rosters.awaitKeeper(cluster, asked);
    assertEquals(
        "a roster n4 with 1 vote; waits for [n4], whose states are not known or not up to date",
        Rosters.change(keeper));
    assertEquals("n1:1 n2:1 n3:1 n4:0", Rosters.of(keeper));
    assertEquals(409, asked.post("/ha/roster?remove=n1").statusCode(), "one at a time");

    cluster.start("n4", Rosters.configured(cluster, FOUR));
    Rosters.change(asked, "add=n4");

    Rosters.awaitEverywhere(cluster.nodes(), ALL_FOUR);
    assertEquals("", Rosters.change(keeper));
    assertEquals(reign, cluster.awaitPeace(), "nobody had to be elected anew");
    cluster.others(reign.node(), cluster.node("n4")).get(0).kill();
    Waits.pass(LEASE.multipliedBy(2));
    assertTrue(leads(reign), "three of four are a quorum, and n4 is one of the three");
  }

  /** The leader goes, whoever is asked; it is not in the way afterwards. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLeaderIsRemoved(boolean askedItself) {
    Cluster cluster = processes.cluster(LEASE, FOUR).startAll();
    Reign first = cluster.awaitPeace();
    NodeProcess leader = first.node();
    List<NodeProcess> others = cluster.others(leader);

    Rosters.change(askedItself ? leader : others.get(0), "remove=" + leader.name());

    Reign second = cluster.awaitLeader(others, first.epoch(), Cluster.PATIENCE);
    String left = ALL_FOUR.replaceFirst(leader.name() + ":1 ?", "").strip();
    Rosters.awaitEverywhere(others, left);
    assertEquals(503, leader.get("/ha/leader?role=main").statusCode());
    await("it knows that it is out")
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                leader
                    .last(e -> e.is("roster"))
                    .filter(e -> e.text("in").equals("false"))
                    .isPresent());
    Waits.pass(LEASE.multipliedBy(2));
    assertEquals(second, cluster.awaitPeace(others));
    assertEquals(409, others.get(0).post("/ha/roster?remove=" + leader.name()).statusCode());
  }

  /** Who was away comes with the roster of before, and does not vote under it. */
  @ParameterizedTest
  @EnumSource
  void whoWasAwayLearnsTheRosterInForce(Absence absence) {
    Cluster cluster = three();
    Reign reign = cluster.awaitPeace();
    NodeProcess away = cluster.others(reign.node()).get(1);
    NodeProcess other = cluster.others(reign.node()).get(0);
    if (absence == Absence.FROZEN) {
      away.signal("STOP");
    } else {
      away.kill();
    }

    NodeProcess fourth = grow(cluster, reign.node());
    Rosters.awaitEverywhere(List.of(reign.node(), other, fourth), ALL_FOUR);

    if (absence == Absence.FROZEN) {
      away.signal("CONT");
    } else {
      cluster.start(away.name(), Rosters.configured(cluster, THREE));
    }
    Rosters.awaitEverywhere(cluster.nodes(), ALL_FOUR);
    Reign present = cluster.awaitPeace();
    assertEquals(reign, present);
    other.kill();
    Waits.pass(LEASE.multipliedBy(2));
    assertTrue(leads(reign), "three of four are a quorum, and who was away is one of the three");
  }

  @Test
  void whatCannotBeDoneIsRefusedWithTheReason() {
    Cluster cluster = processes.cluster(LEASE, THREE).startAll();
    Reign reign = cluster.awaitPeace();
    NodeProcess asked = reign.node();
    long version = Rosters.version(asked);

    assertRefused(409, asked, "remove=n4", "n4 is not in the roster");
    assertRefused(409, asked, "cancel", "no change of the roster is under way");
    assertRefused(409, asked, "add=n1:witness", "n1 is no witness");
    for (NodeProcess node : cluster.nodes()) {
      assertRefused(409, asked, "remove=" + node.name(), "a fence hook of scope PROCESS");
    }
    assertRefused(400, asked, "", "give one of");
    assertRefused(400, asked, "add=n4&remove=n1", "give one of");
    assertRefused(400, asked, "add=n4:many", "is not NAME");
    assertRefused(400, asked, "add=n4:101", "0 to 100 are possible");
    assertRefused(400, asked, "remove", "give remove=VALUE");
    assertEquals(405, asked.get("/ha/roster?cancel").statusCode());
    assertEquals(version, Rosters.version(asked));
    assertEquals(reign, cluster.awaitPeace());
  }

  /** A member that never comes: the change is given up, what was committed stays. */
  @Test
  void aChangeIsCancelled() {
    Cluster cluster = three();
    NodeProcess asked = cluster.awaitPeace().node();
    assertEquals(504, asked.post("/ha/roster?add=n4").statusCode());

    HttpResponse<String> cancelled = cluster.others(asked).get(0).post("/ha/roster?cancel");

    assertEquals(200, cancelled.statusCode(), cancelled.body());
    Rosters.awaitEverywhere(cluster.nodes(), "n1:1 n2:1 n3:1 n4:0");
    Rosters.change(asked, "remove=n4");
    Rosters.awaitEverywhere(cluster.nodes(), "n1:1 n2:1 n3:1");
  }

  private static boolean leads(Reign reign) {
    return reign.node().leadership().filter(e -> e.number("epoch") == reign.epoch()).isPresent();
  }

  private static void assertRefused(int status, NodeProcess asked, String query, String reason) {
    HttpResponse<String> answer = asked.post("/ha/roster?" + query);
    assertEquals(status, answer.statusCode(), answer.body());
    Map<String, Object> body = JsonReader.readObject(answer.body());
    assertTrue(String.valueOf(body.get("message")).contains(reason), answer.body());
  }
}

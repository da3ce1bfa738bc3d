package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The HTTP API's answers, and that what they say is done. */
class HttpIT {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final Duration SOON = Cluster.PATIENCE;

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void statusNamesMembersRolesAndLease() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign reign = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(reign);
    await("all are reachable").atMost(SOON).until(() -> reachable(reign.node()) == 3);

    Map<String, Object> status = reign.node().status();

    assertEquals(reign.node().name(), status.get("node"));
    assertEquals("test", status.get("cluster"));
    assertEquals(true, status.get("quorum"));
    assertEquals(Map.of("configured", false), status.get("witness"));
    Map<?, ?> member = (Map<?, ?>) ((List<?>) status.get("members")).get(0);
    assertEquals(
        Map.of("name", "n1", "votes", 1L, "witness", false, "reachable", true, "roster", true),
        member);
    Map<?, ?> role = (Map<?, ?>) ((List<?>) status.get("roles")).get(0);
    assertEquals("main", role.get("role"));
    assertEquals(reign.node().name(), role.get("leader"));
    assertEquals(reign.epoch(), role.get("epoch"));
    assertTrue((long) role.get("leaseLeftMillis") > 0);
    assertTrue(((String) role.get("registerVersion")).matches("[0-9]+\\.[0-9]+"));
  }

  @Test
  void handOverIsDoneWhenTheSuccessorLeads() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign first = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(first);
    NodeProcess successor = cluster.others(first.node()).get(1);
    await("it can be told").atMost(SOON).until(() -> reachable(first.node()) == 3);

    HttpResponse<String> answer =
        first.node().post("/ha/handover?role=main&to=" + successor.name());

    assertEquals(200, answer.statusCode(), answer.body());
    assertMessage(answer);
    Reign second = cluster.awaitLeader(List.of(successor), first.epoch(), LEASE);
    cluster.awaitKnownEverywhere(second);
    assertEquals(
        "handed-over", first.node().last(e -> e.isOfMain("revoked")).orElseThrow().text("reason"));
  }

  /** Why it is here, and what if: by the same rules that decide. In maintenance nothing moves. */
  @Test
  void explainsAndForetellsAndKeepsStill() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3");
    cluster.startAll(Map.of("--prefer", "main=n2,n3", "--failback", "auto"));
    NodeProcess preferred = cluster.node("n2");
    cluster.awaitFirstLeader();
    await("the preferred one leads")
        .atMost(SOON)
        .until(() -> preferred.get("/ha/leader?role=main").statusCode() == 200);
    await("all have reported").atMost(SOON).until(() -> ranking(preferred).equals("n2 n3 n1"));

    Map<String, Object> forecast = answer(preferred, "/ha/simulate?lost=n2");
    assertEquals(true, forecast.get("settled"));
    Map<?, ?> role = (Map<?, ?>) ((List<?>) forecast.get("roles")).get(0);
    assertEquals("n2", role.get("before"));
    assertEquals("n3", role.get("after"));
    assertEquals(409, preferred.get("/ha/simulate?lost=n9").statusCode());
    assertRefused(400, preferred.get("/ha/simulate"));
    assertRefused(400, preferred.get("/ha/simulate?lost=n2&standby=n3")); // not one for the other

    assertEquals(200, cluster.node("n1").post("/ha/maintenance?on=true").statusCode());
    await("told")
        .atMost(SOON)
        .until(
            () ->
                preferred
                    .last(e -> e.is("maintenance") && e.text("on").equals("true"))
                    .isPresent());
    NodeProcess holder = cluster.node("n1");
    assertEquals(true, preferred.status().get("maintenance"));
    assertEquals("n1", preferred.status().get("maintenanceBy"));
    assertEquals(200, preferred.post("/ha/handover?role=main&to=n1").statusCode());
    await("it stays")
        .atMost(SOON)
        .until(() -> verdict(holder).contains("maintenance: it stays until that ends"));
    assertEquals(200, preferred.post("/ha/maintenance?on=false").statusCode());
    await("it returns")
        .atMost(SOON)
        .until(() -> preferred.get("/ha/leader?role=main").statusCode() == 200);
  }

  private static Map<String, Object> answer(NodeProcess node, String path) {
    HttpResponse<String> answer = node.get(path);
    assertEquals(200, answer.statusCode(), answer.body());
    return JsonReader.readObject(answer.body());
  }

  private static String verdict(NodeProcess node) {
    return (String) answer(node, "/ha/explain?role=main").get("verdict");
  }

  /** Those that have reported, best first. */
  private static String ranking(NodeProcess node) {
    List<?> candidates = (List<?>) answer(node, "/ha/explain?role=main").get("candidates");
    return candidates.stream()
        .map(candidate -> (Map<?, ?>) candidate)
        .filter(candidate -> Boolean.TRUE.equals(candidate.get("reported")))
        .map(candidate -> (String) candidate.get("member"))
        .collect(Collectors.joining(" "));
  }

  @Test
  void whatCannotBeDoneIsRefusedAndChangesNothing() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign reign = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(reign);
    NodeProcess leader = reign.node();
    NodeProcess follower = cluster.others(leader).get(0);
    NodeProcess gone = cluster.others(leader).get(1);
    gone.kill();
    await("the leader misses it").atMost(SOON).until(() -> reachable(leader) == 2);

    assertRefused(409, follower.post("/ha/handover?role=main&to=" + leader.name()));
    assertRefused(409, follower.post("/ha/resign?role=main"));
    assertRefused(409, leader.post("/ha/handover?role=main&to=nobody"));
    assertRefused(409, leader.post("/ha/handover?role=main&to=" + gone.name()));
    assertRefused(409, leader.post("/ha/handover?role=other&to=" + follower.name()));
    assertRefused(400, leader.post("/ha/handover?role=main"));
    assertRefused(400, leader.post("/ha/handover?role=main&to=a%20b"));
    assertRefused(400, leader.post("/ha/handover?role=main&role=main&to=n1"));
    assertRefused(400, leader.post("/ha/resign"));
    assertRefused(400, leader.post("/ha/standby?on=perhaps"));
    assertRefused(400, leader.post("/ha/standby"));
    assertRefused(400, leader.get("/ha/leader"));
    assertRefused(405, leader.get("/ha/resign?role=main"));
    assertRefused(405, leader.get("/ha/handover?role=main&to=" + follower.name()));
    assertRefused(405, leader.get("/ha/standby?on=true"));
    assertRefused(405, leader.post("/ha/status"));
    assertRefused(404, leader.get("/ha/nothing"));
    assertEquals(200, leader.get("/ha/leader?role=main").statusCode());
    assertEquals(reign.epoch(), leader.leadership().orElseThrow().number("epoch"));
  }

  @Test
  void resignationAndStandbyMoveTheRole() {
    Cluster cluster = processes.cluster(LEASE, "n1", "n2", "n3").startAll();
    Reign first = cluster.awaitFirstLeader();
    cluster.awaitKnownEverywhere(first);

    HttpResponse<String> resigned = first.node().post("/ha/resign?role=main");

    assertEquals(200, resigned.statusCode(), resigned.body());
    assertMessage(resigned);
    Reign second = cluster.awaitLeader(cluster.others(first.node()), first.epoch(), LEASE);
    cluster.awaitKnownEverywhere(second);

    HttpResponse<String> standby = second.node().post("/ha/standby?on=true");

    assertEquals(200, standby.statusCode(), standby.body());
    assertEquals(503, second.node().get("/ha/leader?role=main").statusCode());
    Reign third = cluster.awaitLeader(cluster.others(second.node()), second.epoch(), LEASE);
    cluster.awaitKnownEverywhere(third);
    assertEquals(true, second.node().status().get("standby"));
    assertRefused(409, third.node().post("/ha/handover?role=main&to=" + second.node().name()));

    assertEquals(200, second.node().post("/ha/standby?on=false").statusCode());
    await("it may lead again")
        .atMost(SOON)
        .until(
            () ->
                third.node().post("/ha/handover?role=main&to=" + second.node().name()).statusCode()
                    == 200);
  }

  private static long reachable(NodeProcess node) {
    return ((List<?>) node.status().get("members"))
        .stream()
            .filter(member -> Boolean.TRUE.equals(((Map<?, ?>) member).get("reachable")))
            .count();
  }

  private static void assertRefused(int status, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertMessage(answer);
  }

  private static void assertMessage(HttpResponse<String> answer) {
    Object message = JsonReader.readObject(answer.body()).get("message");
    assertFalse(String.valueOf(message).isBlank(), answer.body());
  }
}

package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Explanation;
import io.understudy.ha.Forecast;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.Move;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Secret;
import io.understudy.ha.Timing;
import io.understudy.ha.WhatIf;
import io.understudy.ha.internal.election.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Roles go where the rules say, on whole nodes; the network is in memory. */
@Execution(ExecutionMode.CONCURRENT) // whole nodes in memory, which mostly wait
class PlacementsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Timing TIMING = Timing.ofLease(Duration.ofSeconds(1));
  private static final MemberId N1 = MemberId.of("n1");
  private static final MemberId N2 = MemberId.of("n2");
  private static final MemberId N3 = MemberId.of("n3");

  @TempDir Path directory;

  private final MemoryNetwork network = new MemoryNetwork();
  private final Map<MemberId, NodeRuntime> nodes = new TreeMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    nodes.values().forEach(NodeRuntime::close);
  }

  private static RoleSpec preferring(String name, MemberId... members) {
    return RoleSpec.named(name).preferring(List.of(members));
  }

  private void startAll(RoleSpec... roles) {
    List.of(N1, N2, N3).forEach(member -> start(member, roles));
  }

  private void start(MemberId member, RoleSpec... roles) {
    HaConfig config =
        new HaConfig(
            "test",
            member,
            List.of(N1, N2, N3).stream().map(m -> new RosterMember(m, 1, false)).toList(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            List.of(),
            directory.resolve(member.value()),
            Secret.of("a secret of some length"),
            TIMING,
            false,
            true,
            List.of(roles),
            List.of());
    nodes.put(member, LocalNodes.start(config, network));
  }

  private Optional<MemberId> leader(String role) {
    List<MemberId> leaders = new ArrayList<>();
    nodes.forEach(
        (member, node) -> {
          if (node.role(role).orElseThrow().isLeader()) {
            leaders.add(member);
          }
        });
    return leaders.size() == 1 ? Optional.of(leaders.get(0)) : Optional.empty();
  }

  private void awaitLeader(String role, MemberId member) {
    await(member + " leads " + role)
        .atMost(LONG)
        .until(() -> leader(role).equals(Optional.of(member)));
  }

  /** Writes down when it works, and where. */
  private final class Work implements Resource {
    @Override
    public void start(Leadership leadership) {
      calls.add("start");
    }

    @Override
    public void stop() {
      calls.add("stop");
    }
  }

  @Test
  void theMostPreferredLeadsAndGetsTheRoleBackAfterTheDelay() {
    RoleSpec role = preferring("main", N2, N1).failingBackAfter(Duration.ofSeconds(2));
    startAll(role.running(ResourceGroup.of("work", new Work())));
    awaitLeader("main", N2);

    nodes.get(N2).standby(true);
    awaitLeader("main", N1);
    nodes.get(N2).standby(false);
    awaitLeader("main", N2);

    await().atMost(LONG).until(() -> calls.size() == 5);
    assertEquals(List.of("start", "stop", "start", "stop", "start"), calls);
    Move back = lastMove(N1);
    assertEquals(Optional.of(N1), back.from());
    assertEquals(Optional.of(N2), back.to());
    assertEquals(MoveLog.BY_RULES, back.by());
    assertTrue(back.reason().contains("n2"), back.reason());
  }

  private Move lastMove(MemberId at) {
    await().atMost(LONG).until(() -> !nodes.get(at).explain("main").moves().isEmpty());
    List<Move> moves = nodes.get(at).explain("main").moves();
    return moves.get(moves.size() - 1);
  }

  /**
   * What it takes to be elected does not arrive, so it leads nothing, though it could by its word.
   */
  private void keepFromBeingElected(MemberId member) {
    network.lose(
        envelope ->
            envelope.from().member().equals(member)
                && envelope.role().equals("main")
                && (envelope.message() instanceof Message.Canvass
                    || envelope.message() instanceof Message.VoteRequest));
  }

  @Test
  void aFailBackWhoseSuccessorIsNotElectedIsRememberedAndPaused() {
    RoleSpec role = preferring("main", N2, N1).failingBackAfter(Duration.ofSeconds(1));
    startAll(role.running(ResourceGroup.of("work", new Work())));
    awaitLeader("main", N2);
    nodes.get(N3).standby(true);
    nodes.get(N2).standby(true);
    awaitLeader("main", N1);
    keepFromBeingElected(N2);
    nodes.get(N2).standby(false);

    await()
        .atMost(LONG)
        .until(() -> nodes.get(N1).explain("main").verdict().contains("handed over in vain once"));
    awaitLeader("main", N1);
    List<String> before = List.copyOf(calls);

    await()
        .during(Duration.ofSeconds(3))
        .atMost(LONG)
        .until(() -> calls.size() <= before.size() + 1);
    assertEquals("start", calls.get(calls.size() - 1), "it went on to work at n1");
    String verdict = nodes.get(N1).explain("main").verdict();
    assertTrue(verdict.contains("was not elected: n1 was"), verdict);
    assertTrue(verdict.contains("tried again in"), verdict);
  }

  @Test
  void aHandOverWhoseSuccessorIsNotElectedEnds() {
    startAll(preferring("main", N1));
    awaitLeader("main", N1);
    nodes.get(N3).standby(true);
    await().atMost(LONG).until(() -> !candidate(N1, N3).canLead());
    keepFromBeingElected(N2);

    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () ->
                nodes
                    .get(N1)
                    .role("main")
                    .orElseThrow()
                    .handOver(N2)
                    .toCompletableFuture()
                    .orTimeout(LONG.toSeconds(), TimeUnit.SECONDS)
                    .join());

    OperationRefusedException refusal =
        assertInstanceOf(OperationRefusedException.class, failure.getCause());
    assertEquals(OperationRefusedException.Cause.NOT_ELECTED, refusal.refusal());
    assertTrue(refusal.getMessage().contains("n1 was, in epoch"), refusal.getMessage());
  }

  /** Each prefers the other, so whoever leads would hand the role over for ever. */
  @Test
  void membersWithDifferentRulesAreToldOfAndDoNotPassTheRoleToAndFro() {
    List<HaEvent.RulesDiffer> told = new CopyOnWriteArrayList<>();
    Duration delay = Duration.ofSeconds(1);
    RoleSpec work = RoleSpec.named("main").running(ResourceGroup.of("work", new Work()));
    start(N1, work.preferring(List.of(N2)).failingBackAfter(delay));
    start(N2, work.preferring(List.of(N1)).failingBackAfter(delay));
    start(N3, work.preferring(List.of(N2)).failingBackAfter(delay));
    nodes
        .get(N3)
        .subscribe(
            event -> {
              if (event instanceof HaEvent.RulesDiffer differ) {
                told.add(differ);
              }
            });
    await().atMost(LONG).until(() -> leader("main").isPresent());
    MemberId first = leader("main").orElseThrow();
    String expected = "the members have different rules for it: preference (n1, n3 / n2)";
    for (MemberId member : List.of(N1, N2, N3)) {
      await()
          .atMost(LONG)
          .until(() -> nodes.get(member).explain("main").warnings().toString().contains(expected));
    }

    await().atMost(LONG).until(() -> calls.contains("start"));
    List<String> before = List.copyOf(calls);

    await().during(Duration.ofSeconds(4)).atMost(LONG).until(() -> calls.equals(before));

    assertEquals(Optional.of(first), leader("main"));
    await().atMost(LONG).until(() -> !told.isEmpty() && told.get(told.size() - 1).differ());
    assertEquals(expected, told.get(told.size() - 1).detail());
    nodes.remove(N2).close(); // who agree are left; it has not changed its mind
    await().atMost(LONG).until(() -> nodes.get(N3).explain("main").warnings().isEmpty());
    assertTrue(told.get(told.size() - 1).differ(), told.toString());
    start(N2, work.preferring(List.of(N2)).failingBackAfter(delay));
    await().atMost(LONG).until(() -> !told.get(told.size() - 1).differ());
  }

  @Test
  void itStaysInMaintenance() {
    startAll(preferring("main", N2).failingBackAfter(Duration.ZERO));
    awaitLeader("main", N2);
    nodes.get(N1).maintenance(true);
    await().atMost(LONG).until(() -> nodes.get(N2).status().condition().maintenance());

    nodes.get(N2).role("main").orElseThrow().handOver(N1).toCompletableFuture().join();

    await()
        .atMost(LONG)
        .until(() -> nodes.get(N1).explain("main").verdict().contains("maintenance: it stays"));
    nodes.get(N3).maintenance(false);
    awaitLeader("main", N2);
  }

  @Test
  void aRoleFollowsAnotherAndGivesWayToAThird() {
    startAll(
        preferring("db", N1),
        RoleSpec.named("web").placed(RoleSpec.named("web").placement().with("db")),
        RoleSpec.named("batch").placed(RoleSpec.named("batch").placement().notWith("db")));
    awaitLeader("db", N1);
    awaitLeader("web", N1);
    await()
        .atMost(LONG)
        .until(() -> leader("batch").isPresent() && !leader("batch").equals(leader("db")));

    nodes.get(N1).role("db").orElseThrow().handOver(N2).toCompletableFuture().join();

    awaitLeader("web", N2);
    await()
        .atMost(LONG)
        .until(() -> leader("batch").isPresent() && !leader("batch").equals(Optional.of(N2)));
  }

  @Test
  void rulesThatCannotBeKeptTogetherAreRefused() {
    startAll(RoleSpec.named("a").placed(RoleSpec.named("a").placement().with("b")));
    RoleSpec circle = RoleSpec.named("b").placed(RoleSpec.named("b").placement().with("a"));

    String refusal =
        assertThrows(IllegalArgumentException.class, () -> nodes.get(N1).declare(circle))
            .getMessage();

    assertTrue(refusal.contains("circle"), refusal);
    assertEquals(Optional.empty(), nodes.get(N1).role("b"));
  }

  @Test
  void itExplainsAndForetellsByTheSameRules() {
    startAll(preferring("main", N2, N3));
    awaitLeader("main", N2);
    nodes.get(N1).standby(true);
    await().atMost(LONG).until(() -> !candidate(N3, N1).canLead());

    Explanation explained = nodes.get(N3).explain("main");

    assertEquals(
        List.of(N2, N3, N1),
        explained.candidates().stream().map(Explanation.Candidate::member).toList());
    assertEquals(200, candidate(N3, N2).score());
    assertTrue(candidate(N3, N1).excludedBy().get(0).contains("standby"));
    Forecast forecast = nodes.get(N3).simulate(new WhatIf.MemberLost(N2));
    assertEquals(Optional.of(N2), forecast.outcomes().get(0).before());
    assertEquals(Optional.of(N3), forecast.outcomes().get(0).after());
    assertThrows(IllegalArgumentException.class, () -> nodes.get(N3).explain("other"));

    nodes.remove(N2).close();
    awaitLeader("main", N3);
  }

  private Explanation.Candidate candidate(MemberId at, MemberId member) {
    return nodes.get(at).explain("main").candidates().stream()
        .filter(candidate -> candidate.member().equals(member))
        .findFirst()
        .orElseThrow();
  }
}

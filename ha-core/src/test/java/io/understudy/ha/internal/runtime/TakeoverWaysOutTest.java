package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.OperationRefusedException.Cause;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.Role;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Secret;
import io.understudy.ha.Takeover;
import io.understudy.ha.Timing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Whole nodes whose role waits for the work of a member that will not speak of it: what people can
 * do then. Only the network is in memory.
 */
@Execution(ExecutionMode.CONCURRENT) // whole nodes in memory, which mostly wait
class TakeoverWaysOutTest {
  private static final String ROLE = "main";
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final List<String> FOUR = List.of("n1", "n2", "n3", "n4");

  @TempDir Path directory;

  private final MemoryNetwork network = new MemoryNetwork();
  private final Map<String, NodeRuntime> nodes = new TreeMap<>();
  private final List<HaEvent> events = new CopyOnWriteArrayList<>();
  private volatile String atWork = "";

  @AfterEach
  void close() {
    nodes.values().forEach(NodeRuntime::close);
  }

  /** Says who works; it may be something that goes on when its process ends. */
  private final class Work implements Resource {
    private final String name;
    private final boolean outlives;

    Work(String name, boolean outlives) {
      this.name = name;
      this.outlives = outlives;
    }

    @Override
    public void start(Leadership leadership) {
      atWork = name;
    }

    @Override
    public void stop() {}

    @Override
    public boolean outlivesProcess() {
      return outlives;
    }
  }

  private RoleSpec working(String name, boolean outlives, Takeover takeover) {
    ResourceGroup group = ResourceGroup.of("work", new Work(name, outlives));
    return RoleSpec.named(ROLE).running(group).takenOver(takeover);
  }

  private void start(String name, List<String> roster, List<RoleSpec> roles) {
    HaConfig config =
        new HaConfig(
            "test",
            MemberId.of(name),
            roster.stream().map(RosterMember::parse).toList(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            List.of(),
            directory.resolve(name),
            Secret.of("a secret of some length"),
            Timing.ofLease(Duration.ofMillis(1500)),
            false,
            true,
            roles,
            List.of(events::add));
    nodes.put(name, LocalNodes.start(config, network));
  }

  /** Four members, and the one that works is gone; who leads now waits for it without end. */
  private String loseTheLeader(boolean outlives, Takeover takeover) {
    for (String name : FOUR) {
      start(name, FOUR, List.of(working(name, outlives, takeover)));
    }
    String first = await().atMost(LONG).until(() -> atWork, name -> !name.isEmpty());
    network.isolate(MemberId.of(first));
    nodes.remove(first).close();
    await().atMost(LONG).until(() -> !waitsFor(first).isEmpty());
    assertTrue(waiting(first).contains("an operator who knows"), waiting(first));
    return first;
  }

  private String waitsFor(String lost) {
    return nodes.keySet().stream()
        .filter(name -> status(name).contains("not work yet: " + lost))
        .findFirst()
        .orElse("");
  }

  private String status(String name) {
    return nodes.get(name).status().roles().stream()
        .filter(role -> role.role().equals(ROLE))
        .map(role -> role.waiting())
        .findFirst()
        .orElse("");
  }

  /** What the member says that leads and waits; empty if none does. */
  private String waiting(String lost) {
    String leader = waitsFor(lost);
    return leader.isEmpty() ? "" : status(leader);
  }

  private void awaitWorkElsewhere(String lost) {
    await().atMost(LONG).until(() -> !atWork.equals(lost));
    await().atMost(LONG).until(() -> role(atWork).isLeader());
  }

  private Role role(String name) {
    return nodes.get(name).role(ROLE).orElseThrow();
  }

  /** It is confirmed first and removed after, or the other way round. */
  @Test
  void anOperatorMaySpeakOfAMemberThatWasRemoved() {
    String lost = loseTheLeader(true, Takeover.afterStop());
    MemberId gone = MemberId.of(lost);
    NodeRuntime leader = nodes.get(waitsFor(lost));
    leader.roster().remove(gone).toCompletableFuture().join();
    OperationRefusedException stranger =
        assertThrows(
            OperationRefusedException.class, () -> leader.confirmFenced(MemberId.of("n9")));
    assertEquals(Cause.UNKNOWN_MEMBER, stranger.refusal());
    assertTrue(stranger.getMessage().contains("registers name " + lost), stranger.getMessage());
    assertFalse(stranger.getMessage().contains("(" + lost), stranger.getMessage());

    await()
        .atMost(LONG)
        .ignoreException(OperationRefusedException.class) // still heard, or just led elsewhere
        .until(
            () -> {
              nodes.get(waitsFor(lost)).confirmFenced(gone);
              return true;
            });

    awaitWorkElsewhere(lost);
  }

  /** It is heard, so it is not off; and it stops nothing of a role that it has not declared. */
  @Test
  void anOperatorMaySpeakOfAMemberThatRunsWithoutTheRole() {
    String lost = loseTheLeader(true, Takeover.afterStop());
    network.heal();
    start(lost, FOUR, List.of());
    await().atMost(LONG).until(() -> waiting(lost).contains("declare the role on " + lost));
    await().atMost(LONG).until(() -> waiting(lost).contains("(confirmStopped)"));
    NodeRuntime leader = nodes.get(waitsFor(lost));
    OperationRefusedException heard =
        assertThrows(
            OperationRefusedException.class, () -> leader.confirmFenced(MemberId.of(lost)));
    assertEquals(Cause.NOT_OFF, heard.refusal());
    assertTrue(heard.getMessage().contains("confirmStopped"), heard.getMessage());

    leader.operator("ann").confirmStopped(ROLE, MemberId.of(lost)).toCompletableFuture().join();

    awaitWorkElsewhere(lost);
  }

  @Test
  void theRoleMayBeDeclaredAgain() {
    String lost = loseTheLeader(true, Takeover.afterStop());
    network.heal();
    start(lost, FOUR, List.of());
    await().atMost(LONG).until(() -> waiting(lost).contains("declare the role on " + lost));

    nodes.get(lost).declare(working(lost, true, Takeover.afterStop()));

    awaitWorkElsewhere(lost);
  }

  /** Its process has ended, or it could not run again: that is its word, whatever is demanded. */
  @Test
  void whatDiedWithItsProcessNeedsNobody() {
    String lost = loseTheLeader(false, Takeover.afterStop().requiringFence());
    network.heal();

    start(lost, FOUR, List.of());

    awaitWorkElsewhere(lost);
  }

  /** A role that was taken over at once may have a longer register than one that is not. */
  @Test
  void aRegisterWithoutRoomCostsThisRoleAloneAndCanBeMended() {
    List<String> alone = List.of("n1");
    RoleSpec token = working("n1", false, Takeover.atOnce());
    RoleSpec stopped = working("n1", false, Takeover.afterStop());
    RoleSpec other = RoleSpec.named("other");
    start("n1", alone, List.of(token));
    write(new byte[3_969]);
    nodes.remove("n1").close();
    events.clear();

    start("n1", alone, List.of(stopped, other));

    await().atMost(LONG).until(() -> nodes.get("n1").role("other").orElseThrow().isLeader());
    await().atMost(LONG).until(() -> status("n1").contains("holds 3969 bytes"));
    assertTrue(status("n1").contains("room for 3968"), status("n1"));
    assertTrue(events.stream().noneMatch(HaEvent.ServiceChanged.class::isInstance));
    assertFalse(role("n1").isLeader());

    nodes.remove("n1").close();
    start("n1", alone, List.of(token));
    write(new byte[3_968]);
    nodes.remove("n1").close();
    start("n1", alone, List.of(stopped));
    await().atMost(LONG).until(() -> role("n1").isLeader());
  }

  private void write(byte[] value) {
    await().atMost(LONG).until(() -> role("n1").isLeader());
    Leadership leadership = role("n1").leadership().orElseThrow();
    role("n1").register().write(leadership, value).toCompletableFuture().join();
  }
}

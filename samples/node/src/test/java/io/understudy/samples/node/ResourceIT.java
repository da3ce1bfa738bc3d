package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.samples.node.Cluster.Reign;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A command that runs with a role, on real processes. */
class ResourceIT {
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final int ENDED_ITSELF = 75;

  @RegisterExtension final Processes processes = new Processes();

  private Cluster cluster;
  private Service service;
  private Reign first;

  @BeforeEach
  void start() {
    cluster = processes.cluster(LEASE, "n1", "n2", "n3");
    service = new Service(cluster);
    cluster.startAll(service.options());
    first = cluster.awaitPeace();
    await("works").atMost(Cluster.PATIENCE).until(() -> service.worksOn(first.node()));
  }

  private NodeProcess follower() {
    return cluster.others(first.node()).get(0);
  }

  private Reign awaitNext() {
    Reign next = cluster.awaitLeader(cluster.others(first.node()), first.epoch(), Cluster.PATIENCE);
    await("works elsewhere").atMost(Cluster.PATIENCE).until(() -> service.worksOn(next.node()));
    return next;
  }

  private static Optional<Event> resource(NodeProcess node, String state) {
    return node.last(e -> e.is("resource") && e.text("state").equals(state));
  }

  /** On a planned move it stops here before it starts there, without a break of the lease. */
  @Test
  void stopsBeforeTheRoleIsHandedOver() {
    NodeProcess to = follower();

    assertEquals(200, first.node().post("/ha/handover?role=main&to=" + to.name()).statusCode());

    Reign next = awaitNext();
    assertEquals(to, next.node());
    assertEquals(List.of(), service.overlaps());
    assertEquals(
        List.of(
            first.node().name() + " start " + first.epoch(),
            first.node().name() + " stop " + first.epoch(),
            to.name() + " start " + next.epoch()),
        service.log());
  }

  @Test
  void stopsOnStandbyAndOnTheEndOfTheProgram() {
    assertEquals(200, first.node().post("/ha/standby?on=true").statusCode());
    Reign next = awaitNext();

    next.node().terminate();

    assertEquals(0, next.node().exitStatus(Cluster.PATIENCE));
    assertFalse(service.worksOn(next.node()));
    assertEquals(List.of(), service.overlaps());
  }

  /** Who cannot take over is refused before anything stops. */
  @Test
  void goesOnWhenAHandOverIsRefused() {
    assertEquals(409, first.node().post("/ha/handover?role=main&to=n9").statusCode());

    assertEquals(List.of(first.node().name() + " start " + first.epoch()), service.log());
    assertTrue(service.worksOn(first.node()));
  }

  /** The limit is one restart; the second failure moves the role, and an operator forgives. */
  @Test
  void isRestartedInPlaceAndMovesAfterTheLimit() {
    service.die(first.node());
    await("restarted").atMost(Cluster.PATIENCE).until(() -> service.worksOn(first.node()));
    assertEquals(1, cluster.elections());

    service.die(first.node());

    Reign next = awaitNext();
    assertEquals(2, resource(first.node(), "failed").orElseThrow().number("failcount"));
    assertEquals(409, next.node().post(handBack()).statusCode());
    first.node().post("/ha/failcount/reset?role=main");
    await("forgiven")
        .atMost(Cluster.PATIENCE)
        .until(() -> next.node().post(handBack()).statusCode() == 200);
    await("works again").atMost(Cluster.PATIENCE).until(() -> service.worksOn(first.node()));
    assertEquals(List.of(), service.overlaps());
  }

  private String handBack() {
    return "/ha/handover?role=main&to=" + first.node().name();
  }

  /** What cannot be started here is tried elsewhere. */
  @Test
  void movesWhenItDoesNotStart() {
    NodeProcess broken = follower();
    service.spoil(broken, "start.fails");

    first.node().post("/ha/handover?role=main&to=" + broken.name());

    await("failed").atMost(Cluster.PATIENCE).until(() -> resource(broken, "failed").isPresent());
    await("works on a third one")
        .atMost(Cluster.PATIENCE)
        .until(() -> cluster.others(broken).stream().anyMatch(service::worksOn));
    assertFalse(service.worksOn(broken));
    assertEquals(List.of(), service.overlaps());
  }

  /** A stop that hangs and ignores what it is told: the process ends itself, in time. */
  @Test
  void endsItsProcessWhenItCannotBeStopped() {
    service.spoil(first.node(), "stop.hangs");

    // No answer: the process that owes it ends.
    assertThrows(UncheckedIOException.class, () -> first.node().post("/ha/resign?role=main"));

    assertEquals(ENDED_ITSELF, first.node().exitStatus(Cluster.PATIENCE));
    String words = String.join("\n", first.node().errorLines());
    assertTrue(words.contains("has not stopped within 2000 ms"), words);
    awaitNext();
  }

  /**
   * A process that was frozen past its time to stop ends when it wakes, by its first look. What
   * works in it meanwhile is the overlap that only a guardian prevents.
   */
  @Test
  void endsItsProcessWhenItWasFrozenForTooLong() throws IOException {
    Path work = processes.directory().resolve("work");
    Affliction.work(first.node().pid(), work, processes.directory());
    first.node().signal("STOP");
    Reign next = awaitNext();
    Waits.pass(LEASE.plusSeconds(3));

    long wokenNanos = System.nanoTime(); // of the machine, so the same for all processes
    first.node().signal("CONT");

    assertEquals(ENDED_ITSELF, first.node().exitStatus(Cluster.PATIENCE));
    List<String> lines = Files.readAllLines(work);
    long lastNanos = Long.parseLong(lines.get(lines.size() - 1));
    System.out.printf(
        "measured: frozen without a guardian: worked for %.1f ms, was gone after %.1f ms%n",
        (lastNanos - wokenNanos) / 1e6, (System.nanoTime() - wokenNanos) / 1e6);
    assertEquals(next.epoch(), cluster.awaitLeader(List.of(next.node()), 0, LEASE).epoch());
  }

  /** It outlives a process that is killed, so it is stopped before the next one may lead. */
  @Test
  void isStoppedByTheNextProcessOfAMemberThatWasKilled() {
    first.node().kill();
    awaitNext();
    assertTrue(service.worksOn(first.node()), "it is no child that dies with its process");

    NodeProcess again = cluster.start(first.node().name(), service.options());

    await("stopped").atMost(Cluster.PATIENCE).until(() -> !service.worksOn(again));
    await("told").atMost(Cluster.PATIENCE).until(() -> resource(again, "stopped").isPresent());
  }
}

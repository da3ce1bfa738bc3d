package io.understudy.samples.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.understudy.samples.node.Cluster.Reign;
import io.understudy.samples.node.Platform.Moment;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The process that runs the group fails in the ways in which it cannot stop the group itself. With
 * a guardian and the exclusion STOPPED no two members are ever between start and stop, so the job
 * needs no epoch.
 */
@Tag("fault")
@NeedsNetworks
class GuardedPlatformIT {
  /** What a shell says of a process that was ended by SIGKILL. */
  private static final int KILLED = 137;

  @RegisterExtension final Processes processes = new Processes();

  private Platform platform;
  private Reign first;

  @BeforeAll
  static void machineCanRunIt() {
    Platform.assumePossible();
  }

  @BeforeEach
  void start() {
    Map<String, String> options = Map.of("--exclusion", "stopped", "--guardian", Cluster.FLAG);
    platform = new Platform(processes, Platform.LEASE, RowWriter.UNCHECKED, options);
    first = platform.start();
  }

  @AfterEach
  void close() {
    platform.close();
  }

  /** The group is stopped where its process failed, and only then begins elsewhere. */
  private void assertMoves(String what, Moment since) {
    Reign next = platform.awaitMovedFrom(first);
    String home = first.node().name();

    platform.report(what, since, first, next);
    platform.awaitStopped(home);
    assertFalse(platform.group().hasAddress(home));
    assertFalse(platform.group().runs(home, "web"));
    assertFalse(platform.group().runs(home, "job"));
    platform.assertNeverTwice();
    platform.assertDataIsSound();
  }

  @Test
  void theProcessIsKilled() {
    Moment killed = Moment.now();
    first.node().kill();

    assertMoves("process killed, guarded", killed);
  }

  @Test
  void theProcessIsFrozen() {
    Moment frozen = Moment.now();
    first.node().signal("STOP");

    assertMoves("process frozen, guarded", frozen);
    assertEquals(KILLED, first.node().exitStatus(Cluster.PATIENCE));
  }

  @Test
  void theProcessDoesLittleButCollectGarbage() {
    Moment begun = Moment.now();
    Affliction.befall(first.node().pid(), Affliction.THRASHING, processes.directory());

    assertMoves("process thrashing, guarded", begun);
  }

  /**
   * The first failure is logged, by the thread that does the rest too. The process cannot even end
   * itself.
   */
  @Test
  void theProcessIsDeadlocked() {
    Affliction.befall(first.node().pid(), Affliction.DEADLOCK, processes.directory());
    Moment hung = Moment.now();
    platform.group().die(first.node().name(), "web");

    assertMoves("process deadlocked, guarded", hung);
    assertEquals(KILLED, first.node().exitStatus(Cluster.PATIENCE));
  }

  /** Cut off from the others and still running: it must have stopped in time by itself. */
  @Test
  void theMemberIsCutOff() {
    Moment cut = Moment.now();
    platform.network().inject(Fault.cut(first.node().name()));
    Reign next = platform.awaitMovedFrom(first);
    platform.report("member cut off, guarded", cut, first, next);
    platform.network().heal();

    platform.awaitStopped(first.node().name());
    platform.assertNeverTwice();
    platform.assertDataIsSound();
  }
}

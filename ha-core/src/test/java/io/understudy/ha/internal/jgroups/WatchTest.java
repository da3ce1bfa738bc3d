package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.ha.FreePorts;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What proves a death, and above all what does not, with real processes. */
final class WatchTest {
  private static final long PROOF_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Longer than the pauses between the attempts to connect that follow the end of a connection. */
  private static final Duration WHILE = Duration.ofMillis(700);

  private final Queue<Life> deaths = new ConcurrentLinkedQueue<>();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final LiveSockets live =
      new LiveSockets(
          ClusterKeys.of(Member.SECRET, "test"),
          new Life(MemberId.of("n9"), 99),
          Duration.ofSeconds(30),
          new QuietObserver(),
          new RateLimitedLog(LoggerFactory.getLogger(WatchTest.class), "n9", System::nanoTime));

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  @Test
  void aKilledProcessIsProvedDead() throws Exception {
    ChildMember child = child(true);
    watching(child.address(), child.life());
    child.signal("KILL");
    awaitDeathOf(child.life());
  }

  @Test
  void soIsOneThatEndsWithoutClosingAnything() throws Exception {
    ChildMember child = child(true);
    watching(child.address(), child.life());
    child.halt();
    awaitDeathOf(child.life());
  }

  @Test
  void aTerminatedProcessSaysGoodbye() throws Exception {
    ChildMember child = child(true);
    Watch watch = watching(child.address(), child.life());
    child.signal("TERM");
    await().atMost(Cluster.LONG).until(() -> watch.watched() == null);
    child.awaitEnd();
    assertNoDeath();
  }

  @Test
  void aStoppedProcessIsNotDeadUntilItIsKilled() throws Exception {
    ChildMember child = child(true);
    Watch watch = watching(child.address(), child.life());
    child.signal("STOP");
    assertNoDeath();
    assertEquals(child.life(), watch.watched());
    child.signal("KILL");
    awaitDeathOf(child.life());
  }

  @Test
  void aResetAndARefusalProveNothing() throws Exception {
    ChildMember child = child(true);
    Relay relay = relay(child);
    Watch watch = watching(relay.address(), child.life());
    relay.refuse();
    relay.reset();
    await().atMost(Cluster.LONG).until(() -> watch.watched() == null);
    assertNoDeath();
  }

  @Test
  void anEndAfterWhichSomebodyAnswersProvesNothing() throws Exception {
    ChildMember child = child(true);
    Relay relay = relay(child);
    Watch watch = watching(relay.address(), child.life());
    relay.end();
    await()
        .atMost(Cluster.LONG)
        .until(() -> relay.accepted() > 1 && child.life().equals(watch.watched()));
    assertNoDeath();
  }

  @Test
  void norDoesARefusalAfterSomebodyAnswered() throws Exception {
    ChildMember child = child(true);
    Relay relay = relay(child);
    Watch watch = watching(relay.address(), child.life());
    relay.swallow();
    relay.end();
    await().atMost(Cluster.LONG).until(() -> relay.accepted() > 1 && watch.watched() == null);
    relay.refuse();
    relay.end();
    assertNoDeath();
  }

  @Test
  void aRefusalWithoutAnEndProvesNothing() throws Exception {
    ChildMember child = child(true);
    Relay relay = relay(child);
    Watch watch = watching(relay.address(), child.life());
    relay.refuse();
    assertNoDeath();
    assertEquals(child.life(), watch.watched());
  }

  @Test
  void aHalfOpenConnectionProvesNothing() throws Exception {
    ChildMember child = child(true);
    Relay relay = relay(child);
    Watch watch = watching(relay.address(), child.life());
    relay.swallow();
    child.signal("KILL");
    child.awaitEnd();
    assertNoDeath();
    assertEquals(child.life(), watch.watched());
  }

  /** What was said may never have been acknowledged, and such a connection tells no end. */
  @Test
  void aConnectionOnWhichSomethingWasSaidIsReplacedInTime() throws Exception {
    ChildMember child = child(true);
    Relay relay = relay(child);
    Watch watch = watching(relay.address(), child.life());
    long nowNanos = System.nanoTime();
    watch.renew(nowNanos + 2 * PROOF_NANOS); // nothing was said, so it stays
    watch.say(new byte[] {7});
    watch.renew(nowNanos); // it may still prove a death
    await().atMost(Cluster.LONG).during(WHILE).until(() -> relay.accepted() == 1);
    watch.renew(System.nanoTime() + 2 * PROOF_NANOS);
    await()
        .atMost(Cluster.LONG)
        .until(() -> relay.accepted() > 1 && child.life().equals(watch.watched()));
    assertNoDeath();
  }

  /** The limit that the documentation names: such a proxy looks exactly like a dying process. */
  @Test
  void aProxyThatEndsAndRefusesIsTakenForADeath() throws Exception {
    ChildMember child = child(true);
    Relay relay = relay(child);
    watching(relay.address(), child.life());
    relay.refuse();
    relay.end();
    awaitDeathOf(child.life());
  }

  @Test
  void aMemberThatHasItOffLetsNobodyWatch() throws Exception {
    ChildMember child = child(false);
    Relay relay = relay(child);
    Watch watch = watch(relay.address());
    await().atMost(Cluster.LONG).until(() -> relay.accepted() > 1);
    assertEquals(null, watch.watched());
    child.signal("KILL");
    child.awaitEnd();
    assertNoDeath();
  }

  private ChildMember child(boolean crashProof) throws IOException {
    List<Integer> ports = FreePorts.of(1);
    ChildMember child = new ChildMember("n1", ports.get(0), ports, crashProof);
    open.addLast(child);
    return child;
  }

  private Relay relay(ChildMember child) throws IOException {
    Relay relay = new Relay(child.address());
    open.addLast(relay);
    return relay;
  }

  private Watch watch(InetSocketAddress address) {
    Watch watch = new Watch(address, live, PROOF_NANOS, (life, took) -> deaths.add(life));
    open.addFirst(watch::close);
    watch.start();
    return watch;
  }

  private Watch watching(InetSocketAddress address, Life life) {
    Watch watch = watch(address);
    await().atMost(Cluster.LONG).until(() -> life.equals(watch.watched()));
    return watch;
  }

  private void awaitDeathOf(Life life) {
    await().atMost(Cluster.LONG).until(() -> deaths.contains(life));
    assertEquals(List.of(life), List.copyOf(deaths));
  }

  private void assertNoDeath() {
    await().atMost(Cluster.LONG).during(WHILE).until(deaths::isEmpty);
  }
}

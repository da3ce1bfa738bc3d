package io.understudy.ha.internal.jgroups;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Timing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MembershipTest {
  private final Cluster cluster = new Cluster(3);

  @AfterEach
  void closeAll() {
    cluster.close();
  }

  @Test
  void threeMembersSeeEachOtherAndTalk() {
    List<Member> members = cluster.formed();
    Member n1 = members.get(0);
    Member n2 = members.get(1);
    n1.transport.send(n2.id, n1.message(7));
    await().atMost(Cluster.LONG).until(() -> !n2.received.isEmpty());
    assertEquals(n1.message(7), List.copyOf(n2.received));
    assertEquals(0, members.get(2).received.size());
    assertEquals(List.of(), cluster.warnings());
  }

  @Test
  void aMemberThatClosesIsGoneAtOnceAndItsNextLifeIsSeen() {
    List<Member> members = cluster.formed();
    Member n1 = members.get(0);
    Member n2 = members.get(1);
    members.get(2).close();
    await().atMost(Cluster.LONG).until(() -> n1.sees(n2) && n2.sees(n1));
    Member again = cluster.member(3).start();
    await().atMost(Cluster.LONG).until(() -> n1.sees(n2, again) && again.sees(n1, n2));
    n1.transport.send(again.id, n1.message(1));
    await().atMost(Cluster.LONG).until(() -> again.received.size() == 1);
  }

  @Test
  void aMemberThatCrashesIsGoneAndItsNextLifeIsSeen() {
    List<Member> members = cluster.formed();
    Member n1 = members.get(0);
    Member n2 = members.get(1);
    members.get(2).transport.crash();
    await().atMost(Cluster.LONG).until(() -> n1.sees(n2) && n2.sees(n1));
    Member again = cluster.member(3).start();
    await().atMost(Cluster.LONG).until(() -> n1.sees(n2, again) && again.sees(n1, n2));
  }

  @Test
  void whatAMemberSaysOfItselfReachesTheOthers() {
    List<Member> members = cluster.formed();
    Hello.Presence changed = new Hello.Presence(2, 43, true);
    members.get(0).transport.presence(changed);
    await()
        .atMost(Cluster.LONG)
        .until(
            () ->
                members.get(1).hellos.stream().anyMatch(h -> h.presence().equals(changed))
                    && members.get(2).hellos.stream().anyMatch(h -> h.presence().equals(changed)));
  }

  @Test
  void repeatedHellosAreNotPassedOn() {
    List<Member> members = cluster.formed();
    Member n1 = members.get(0);
    long since = n1.reachableNanos;
    await()
        .atMost(Cluster.LONG)
        .until(() -> System.nanoTime() - since > 2 * n1.config.times().leaseNanos());
    assertEquals(2, n1.hellos.size());
    assertEquals(since, n1.reachableNanos);
  }

  @Test
  void otherTimeValuesAreReportedWithBothAndTheMembersMessagesDropped() {
    Timing other = Timing.ofLease(Duration.ofSeconds(3));
    Member n1 = cluster.member(1).start();
    Member n2 = cluster.member(2, config -> Member.withTiming(config, other)).start();
    await().atMost(Cluster.LONG).until(() -> n1.incompatible.size() + n2.incompatible.size() == 2);
    String why = n1.incompatible.element();
    assertTrue(why.startsWith("n2") && why.contains("3000 ms") && why.contains("1000 ms"), why);
    n2.transport.send(n1.id, n2.message(1));
    Member n3 = cluster.member(3).start();
    await().atMost(Cluster.LONG).until(() -> n1.sees(n3) && n3.sees(n1));
    assertEquals(0, n1.received.size());
  }

  @Test
  void anotherProcessUnderTheSameNameIsReportedByBoth() {
    Member n1 = cluster.member(1).start();
    TransportConfig elsewhere = Member.config("n1", cluster.ports.get(1), cluster.ports);
    Member twin = cluster.member(2, config -> elsewhere).start();
    await()
        .atMost(Cluster.LONG)
        .until(
            () ->
                n1.sameMembers.contains(twin.config.self())
                    && twin.sameMembers.contains(n1.config.self()));
  }

  @Test
  void aPortInUseIsSaidSo() {
    cluster.member(1).start();
    Member second = cluster.member(1);
    IOException e = assertThrows(IOException.class, second.transport::start);
    assertTrue(
        String.valueOf(e.getMessage()).contains(String.valueOf(cluster.ports.get(0))),
        e::getMessage);
  }

  @Test
  void aMemberBoundToEveryAddressIsReachedAtItsOwnAmongThePeers() {
    Member n1 = cluster.member(1).start();
    Member n2 =
        cluster
            .member(
                2,
                c ->
                    new TransportConfig(
                        c.cluster(),
                        c.self(),
                        new InetSocketAddress(c.bind().getPort()),
                        c.peers(),
                        c.secret(),
                        c.times(),
                        c.presence(),
                        c.crashProof()))
            .start();
    await().atMost(Cluster.LONG).until(() -> n1.sees(n2) && n2.sees(n1));
    n1.transport.send(n2.id, n1.message(1));
    await().atMost(Cluster.LONG).until(() -> n2.received.size() == 1);
  }

  @Test
  void nothingRunsOnAfterClose() {
    List<Member> members = cluster.formed();
    Predicate<String> ours = name -> name.contains(",test,") || name.startsWith("understudy-");
    assertTrue(threads(ours).size() >= members.size());
    members.forEach(Member::close);
    await().atMost(Cluster.LONG).untilAsserted(() -> assertEquals(List.of(), threads(ours)));
  }

  private static List<String> threads(Predicate<String> wanted) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(wanted)
        .toList();
  }
}

package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.jgroups.PeerTable.News;
import java.util.Set;
import org.jgroups.Address;
import org.jgroups.util.UUID;
import org.junit.jupiter.api.Test;

final class PeerTableTest {
  private static final long LEASE = 1000;
  private static final long HEARTBEAT = 200;
  private static final TimeValues TIMES = new TimeValues(LEASE, HEARTBEAT, 0.09);
  private static final MemberId N2 = MemberId.of("n2");
  private static final Life FIRST = new Life(N2, 1);
  private static final Life SECOND = new Life(N2, 2);
  private static final Address CHANNEL = UUID.randomUUID();

  private final PeerTable table = new PeerTable(TIMES);

  private static Hello hello(Life from, TimeValues times, boolean leaving) {
    return new Hello(
        from, "test", times, Member.local(7802), new Hello.Presence(1, 1, false), leaving);
  }

  private News heard(Life from, long now) {
    return table.heard(hello(from, TIMES, false), CHANNEL, now);
  }

  @Test
  void aMemberIsReachableForOneLeaseAfterItWasHeard() {
    assertEquals(News.NEW_LIFE, heard(FIRST, 0));
    assertEquals(Set.of(N2), table.reachable(LEASE - 1));
    assertEquals(Set.of(), table.reachable(LEASE));
    assertTrue(table.heard(FIRST, LEASE));
    assertEquals(Set.of(N2), table.reachable(LEASE + 1));
  }

  @Test
  void timesAreComparedBySubtraction() {
    long now = Long.MAX_VALUE - 10;
    heard(FIRST, now);
    assertEquals(Set.of(N2), table.reachable(now + 100));
    assertEquals(Set.of(), table.reachable(now + LEASE));
  }

  @Test
  void aRepetitionIsNoNewsAndAChangeIs() {
    heard(FIRST, 0);
    assertEquals(News.SAME, heard(FIRST, 1));
    Hello standby =
        new Hello(FIRST, "test", TIMES, Member.local(7802), new Hello.Presence(1, 1, true), false);
    assertEquals(News.CHANGED, table.heard(standby, CHANNEL, 2));
  }

  @Test
  void nobodyIsHeardBeforeItsHello() {
    assertFalse(table.heard(FIRST, 0));
    assertNull(table.helloOf(N2));
  }

  @Test
  void aGoodbyeEndsALifeForGood() {
    heard(FIRST, 0);
    assertEquals(News.CHANGED, table.heard(hello(FIRST, TIMES, true), CHANNEL, 1));
    assertEquals(Set.of(), table.reachable(1));
    assertEquals(News.IGNORED, heard(FIRST, LEASE));
    assertEquals(Set.of(), table.reachable(LEASE));
    assertEquals(Set.of(), table.addresses());
    assertEquals(News.NEW_LIFE, heard(SECOND, LEASE));
    assertEquals(Set.of(N2), table.reachable(LEASE));
  }

  @Test
  void aResignationThatItsGoodbyeOvertookStillCounts() {
    heard(FIRST, 0);
    table.heard(hello(FIRST, TIMES, true), CHANNEL, 1);
    assertTrue(table.heard(FIRST, 2));
    assertEquals(Set.of(), table.reachable(2));
    assertEquals(Set.of(), table.reachable(2 + HEARTBEAT));
  }

  @Test
  void aLaterLifeTakesThePlaceOfAnEarlierOneWhileItLives() {
    heard(FIRST, 0);
    assertEquals(News.NEW_LIFE, heard(SECOND, 10));
    assertEquals(News.IGNORED, heard(FIRST, 20));
    assertFalse(table.heard(FIRST, 20));
    assertEquals(News.NEW_LIFE, heard(FIRST, 10 + LEASE));
  }

  @Test
  void aRefusedPortMeansGoneButNotForTheNextLife() {
    heard(FIRST, 0);
    table.refused(Member.local(7802), life -> false, 10);
    assertEquals(Set.of(), table.reachable(10));
    heard(SECOND, 11);
    assertEquals(Set.of(N2), table.reachable(11));
  }

  @Test
  void whatIsHandledAfterARefusalWasSentBeforeUntilAConnectionIsMade() {
    heard(FIRST, 0);
    table.refused(Member.local(7802), life -> false, 10);
    table.heard(FIRST, 10 + HEARTBEAT);
    assertEquals(Set.of(), table.reachable(10 + HEARTBEAT));
    table.connected(FIRST);
    table.heard(FIRST, 11 + HEARTBEAT);
    assertEquals(Set.of(N2), table.reachable(11 + HEARTBEAT));
  }

  @Test
  void aRefusedPortProvesNothingWhileThereIsAConnection() {
    heard(FIRST, 0);
    table.refused(Member.local(7802), FIRST::equals, 10);
    assertEquals(Set.of(N2), table.reachable(10));
  }

  @Test
  void aViewWithoutAMemberCountsOnlyIfItIsSilentHereToo() {
    heard(FIRST, 0);
    table.gone(Set.of(CHANNEL), 2 * HEARTBEAT);
    assertEquals(Set.of(N2), table.reachable(2 * HEARTBEAT));
    table.gone(Set.of(CHANNEL), 2 * HEARTBEAT + 1);
    assertEquals(Set.of(), table.reachable(2 * HEARTBEAT + 1));
  }

  @Test
  void otherTimeValuesMakeAMemberIncompatible() {
    TimeValues other = new TimeValues(2_000_000_000L, 400_000_000L, 0.05);
    table.heard(hello(FIRST, other, false), CHANNEL, 0);
    String why = table.incompatible(N2);
    assertTrue(why != null && why.contains("2000 ms") && why.contains("0.05"), why);
    assertEquals(Set.of(), table.reachable(0));
    assertFalse(table.heard(FIRST, 0));
    heard(SECOND, 1);
    assertNull(table.incompatible(N2));
  }
}

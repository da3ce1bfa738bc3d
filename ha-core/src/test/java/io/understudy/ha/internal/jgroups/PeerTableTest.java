package io.understudy.ha.internal.jgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import io.understudy.ha.Timing;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.TimeValues;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerTableTest {
  private static final TimeValues TIMES = TimeValues.of(Timing.DEFAULT);
  private static final Life LIFE = new Life(MemberId.of("n2"), 7);

  private final PeerTable peers = new PeerTable(TIMES);

  @Test
  void aResignationThatItsGoodbyeOvertookStillCounts() {
    peers.heard(hello(false), null, 0);
    assertTrue(peers.heard(LIFE, 1));

    peers.heard(hello(true), null, 2);

    assertTrue(peers.heard(LIFE, 3));
    assertEquals(Set.of(), peers.reachable(3));
    assertEquals(Set.of(), peers.reachable(3 + TIMES.heartbeatNanos()));
  }

  @Test
  void aLifeThatNeverSaidHelloIsNotHeard() {
    assertFalse(peers.heard(LIFE, 0));
    peers.heard(hello(false), null, 1);

    assertFalse(peers.heard(new Life(LIFE.member(), 8), 2));
  }

  private static Hello hello(boolean leaving) {
    InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 7802);
    return new Hello(LIFE, "C", TIMES, listen, new Hello.Presence(1, 1, false), leaving);
  }
}

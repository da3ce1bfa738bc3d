package io.understudy.ha.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.understudy.ha.MemberId;
import org.junit.jupiter.api.Test;

/** The numbers are part of the protocol: members of two versions must draw the same. */
class RendezvousTest {
  /** Of the test vectors that the authors of FNV publish. */
  @Test
  void fnv() {
    assertEquals(0xCBF29CE484222325L, Rendezvous.fnv(""));
    assertEquals(0xAF63DC4C8601EC8CL, Rendezvous.fnv("a"));
    assertEquals(0x85944171F73967E8L, Rendezvous.fnv("foobar"));
  }

  @Test
  void weightsStay() {
    assertEquals(WEIGHT_N1, Long.toHexString(Rendezvous.weight("db", MemberId.of("n1"))));
    assertEquals(WEIGHT_N2, Long.toHexString(Rendezvous.weight("db", MemberId.of("n2"))));
  }

  @Test
  void pointsCoverTheirRange() {
    assertEquals(0, Rendezvous.points(0, 100));
    assertEquals(49, Rendezvous.points(Long.MAX_VALUE, 100));
    assertEquals(50, Rendezvous.points(Long.MIN_VALUE, 100));
    assertEquals(99, Rendezvous.points(-1, 100));
  }

  private static final String WEIGHT_N1 = "81e115a8a661a39e";
  private static final String WEIGHT_N2 = "567f68829a7bb0dc";
}

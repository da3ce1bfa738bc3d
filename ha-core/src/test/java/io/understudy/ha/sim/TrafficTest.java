package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However many roles there are: what two members say to each other travels in one message. */
class TrafficTest {
  private static final int ROUNDS = 50;
  private static final long SPAN = ROUNDS * Traffic.TIMES.heartbeatNanos();

  @ParameterizedTest
  @CsvSource({"3, 1", "3, 20", "5, 1", "5, 60", "9, 30"})
  void aLeaderOfAllRolesSendsAndGetsOneMessageARoundWithEachOther(int members, int roles) {
    Traffic traffic = Traffic.count(members, roles, false, SPAN);
    long pairs = 2L * (members - 1);
    // The span may cut a round at either end.
    assertTrue(
        Math.abs(traffic.parcels() - ROUNDS * pairs) <= pairs,
        () -> traffic.parcels() + " messages in " + ROUNDS + " rounds");
    assertTrue(Math.abs(traffic.envelopes() - ROUNDS * pairs * roles) <= pairs * roles);
  }

  @Test
  void whenEveryMemberLeadsTheNumberOfItsRolesDoesNotMatter() {
    long few = Traffic.count(5, 5, true, SPAN).parcels();
    long many = Traffic.count(5, 100, true, SPAN).parcels();
    assertTrue(Math.abs(few - many) <= 5 * 2 * 4, () -> few + " and " + many + " messages");
    assertTrue(few <= (ROUNDS + 1) * 5L * 2 * 4, () -> few + " messages");
  }
}

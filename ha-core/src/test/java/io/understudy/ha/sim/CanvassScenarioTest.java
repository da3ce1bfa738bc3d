package io.understudy.ha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks, and when: a working leader is not disturbed, and a free role is taken in one round. */
class CanvassScenarioTest {
  private static final int SEEDS = 300;

  /** A candidature: who asked for the votes of which epoch. */
  private record Candidature(Life candidate, long epoch) {}

  private static Set<Candidature> watch(Scenario s) {
    Set<Candidature> seen = new HashSet<>();
    s.lose(
        envelope -> {
          if (envelope.message() instanceof Message.VoteRequest request) {
            seen.add(new Candidature(envelope.from(), request.epoch()));
          }
          return false;
        });
    return seen;
  }

  /**
   * A member that hears nobody, is heard by nobody, or both, for a hundred leases and after: the
   * leader leads on in its epoch, nobody raises another, and the member follows again.
   */
  @ParameterizedTest
  @CsvSource({
    "3,deaf,n2",
    "3,mute,n2",
    "3,isolated,n2",
    "3,isolated,n3",
    "5,deaf,n2",
    "5,mute,n4",
    "5,isolated,n5"
  })
  void separatedMemberDisturbsNobody(int size, String how, String name) {
    Scenario s = Scenario.founded(size).startAll().untilFollowed("n1", 1).run(1);
    Set<Candidature> candidatures = watch(s);
    for (SimMember other : s.cluster().members()) {
      if (!how.equals("mute")) {
        s.cut(other.id().value(), name);
      }
      if (!how.equals("deaf")) {
        s.cut(name, other.id().value());
      }
    }
    s.run(100);
    assertTrue(s.leads("n1"));
    s.mend().run(10);
    assertTrue(s.leads("n1"));
    assertEquals(1, s.epochOf("n1"));
    assertEquals(Set.of(), candidatures);
    for (SimMember member : s.cluster().members()) {
      assertEquals(1, s.storedEpoch(member.id().value()), member.id() + " raised its epoch");
    }
    s.untilFollowed("n1", 1);
  }

  /**
   * All start at once, within a few hundredths of a lease: the first candidature wins, whatever the
   * incarnations, delays and order.
   */
  @ParameterizedTest
  @CsvSource({"3,0.001", "5,0.001", "3,0.005", "5,0.005"})
  void simultaneousStartElectsInOneRound(int size, double delay) {
    double slowest = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      Scenario s = Scenario.founded(size, seed, delay);
      Set<Candidature> candidatures = watch(s);
      s.startAll();
      s.until("seed " + seed + ": somebody leads", 1, () -> s.leader() != null);
      slowest = Math.max(slowest, s.nowLeases());
      String leader = s.leader();
      assertNotNull(leader);
      s.untilFollowed(leader, 1).run(2);
      assertEquals(
          Set.of(new Candidature(s.member(leader).life(), 1)), candidatures, "seed " + seed);
    }
    System.out.printf(
        "simultaneous start of %d, message delay %.3f L: slowest of %d seeds %.3f L%n",
        size, delay, SEEDS, slowest);
    assertTrue(slowest < 0.5, "took " + slowest + " leases");
  }

  /**
   * Two of three do not see each other.
   *
   * <pre>
   *   n1 ---- n2 ---- n3
   * </pre>
   *
   * A leader in the middle keeps everybody; one at an end keeps itself and the middle.
   */
  @ParameterizedTest
  @ValueSource(strings = {"n1", "n2", "n3"})
  void partialConnectivityKeepsItsLeader(String first) {
    Scenario s = Scenario.founded(3).prefer(first).startAll().untilFollowed(first, 1).run(1);
    Set<Candidature> candidatures = watch(s);
    s.cutBothWays("n1", "n3").run(100);
    assertTrue(s.leads(first));
    assertEquals(1, s.epochOf(first));
    s.mend().run(10);
    assertTrue(s.leads(first));
    assertEquals(1, s.epochOf(first));
    assertEquals(Set.of(), candidatures);
  }

  /** The leader ends while two of three do not see each other; whoever it was, another leads. */
  @ParameterizedTest
  @ValueSource(strings = {"n1", "n3"})
  void partialConnectivityFindsALeader(String first) {
    Scenario s = Scenario.founded(3).prefer(first).startAll().untilFollowed(first, 1).run(1);
    s.cutBothWays("n1", "n3").crash(first);
    double crashed = s.nowLeases();
    s.until("another leads", 3, () -> s.leader() != null);
    double took = s.nowLeases() - crashed;
    assertTrue(took < s.promiseLeases() + 0.3, "took " + took + " leases");
    s.start(first).run(20);
    assertNotNull(s.leader());
    assertTrue(s.epochOf(s.leader()) <= 3, "epoch " + s.epochOf(s.leader()));
  }

  /** Without a leader to begin with: the chain elects, once, and stays so. */
  @Test
  void chainElectsOnce() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Scenario s = Scenario.founded(3, seed, 0.001).cutBothWays("n1", "n3");
      Set<Candidature> candidatures = watch(s);
      s.startAll();
      s.until("seed " + seed + ": somebody leads", 2, () -> s.leader() != null);
      String leader = s.leader();
      s.run(20);
      assertEquals(leader, s.leader(), "seed " + seed);
      assertTrue(candidatures.size() <= 3, "seed " + seed + ": " + List.copyOf(candidatures));
    }
  }
}

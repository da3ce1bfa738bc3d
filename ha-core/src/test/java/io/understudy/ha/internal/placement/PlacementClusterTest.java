package io.understudy.ha.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.MemberId;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Members that know different things at different times do not pass roles to and fro. */
class PlacementClusterTest {
  /** Longer than all delays of the rules together; then nothing is under way any more. */
  private static final int CALM_SECONDS = 120;

  /**
   * Whatever happened before: once the facts are equal, roles come to rest, and where they should.
   */
  @Property(tries = 100)
  void comesToRestWhereItShould(@ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int n) {
    PlacementCluster cluster = new PlacementCluster(new Random(seed), n);
    cluster.storm(60);
    cluster.heal();
    int moves = movesInCalm(cluster);
    assertTrue(moves <= bound(cluster), moves + " moves");
    ClusterFacts facts = cluster.facts(RandomPlacement.members(n).get(0));
    for (RoleRules role : cluster.rules()) {
      assertRests(role, facts);
    }
  }

  /** Members that will never agree who is seen: each role still comes to rest. */
  @Property(tries = 100)
  void comesToRestThoughMembersDisagreeForEver(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int n) {
    PlacementCluster cluster = new PlacementCluster(new Random(seed), n);
    cluster.storm(60);
    int moves = movesInCalm(cluster);
    assertTrue(moves <= bound(cluster), moves + " moves");
  }

  /** What happens must be hard enough: a run in which nothing moves shows nothing. */
  @Example
  void theStormsMoveRoles() {
    AtomicLong moves = new AtomicLong();
    for (int seed = 0; seed < 20; seed++) {
      PlacementCluster cluster = new PlacementCluster(new Random(seed), 4);
      cluster.storm(60);
      moves.addAndGet(cluster.moves());
    }
    assertTrue(moves.get() > 20 * 10, moves + " moves in 20 runs");
  }

  private static int movesInCalm(PlacementCluster cluster) {
    int before = cluster.moves();
    cluster.calm(CALM_SECONDS);
    int after = cluster.moves();
    cluster.calm(CALM_SECONDS);
    assertEquals(after, cluster.moves(), "moves on and on");
    return after - before;
  }

  /**
   * A role leaves one member for what excludes that, once, because it does not come back there; it
   * is elected once if it was given up; each fail-back leads to a better place. All that once more
   * for each role that it follows or gives way to.
   */
  private static int bound(PlacementCluster cluster) {
    int bound = 0;
    int atOnce = 0;
    for (int i = 0; i < cluster.rules().size(); i++) {
      atOnce = (i + 1) * (cluster.size() + 2);
      bound += atOnce;
    }
    return bound;
  }

  private static void assertRests(RoleRules role, ClusterFacts facts) {
    Ranking ranking = Ranking.of(role, facts);
    MemberId leader = facts.leaders().get(role.role());
    if (leader == null) {
      assertTrue(
          ranking.candidates().stream().noneMatch(Candidate::canLead), "led nowhere: " + ranking);
    } else {
      Aim aim = Aim.of(role, ranking, leader);
      assertTrue(aim instanceof Aim.Stay, role.role() + " at " + leader + ": " + aim);
    }
  }

  // ---- flapping

  /** A preferred member that is never well for as long as the delay gets the role never back. */
  @Property(tries = 100)
  void whatFlapsFasterThanTheDelayLosesTheRoleOnce(@ForAll long seed) {
    Random random = new Random(seed);
    RoleRules role = PlacementCluster.preferring("n1", 10);
    PlacementMachine machine = new PlacementMachine(role, PlacementCluster.SETTINGS);
    MemberId n1 = MemberId.of("n1");
    MemberId n2 = MemberId.of("n2");
    PlacementState state = PlacementState.NEW;
    long now = random.nextLong();
    for (int flap = 0; flap < 50; flap++) {
      boolean well = flap % 2 == 0;
      ClusterFacts facts =
          new ClusterFacts(
              n2,
              List.of(MemberFacts.fit(n1).withHealth(well ? "" : "ill"), MemberFacts.fit(n2)),
              Map.of(role.role(), n2),
              false);
      long until = now + (1 + random.nextInt(9_999)) * 1_000_000L;
      while (now - until < 0) {
        PlacementStep step = machine.step(state, facts, now);
        assertTrue(step.decision() instanceof Decision.Nothing, step.decision().toString());
        state = step.next();
        now += Math.min(until - now, 500_000_000L);
      }
    }
  }

  /**
   * The gateway of all comes and goes; each member sees it at another time within the settle time.
   */
  @Property(tries = 100)
  void whatIsLostForAllMovesNothing(@ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int n) {
    Random random = new Random(seed);
    PlacementCluster cluster =
        new PlacementCluster(random, n, List.of(PlacementCluster.preferring("n1", 5)));
    cluster.calm(10);
    MemberId leader = cluster.leader("r");
    assertNotEquals(null, leader);
    int before = cluster.moves();
    for (int flap = 0; flap < 10; flap++) {
      int reached = flap % 2;
      for (MemberId member : RandomPlacement.members(n)) {
        cluster.reach(member, reached, random.nextInt(3_000));
      }
      cluster.calm(4 + random.nextInt(20));
    }
    assertEquals(before, cluster.moves());
  }
}

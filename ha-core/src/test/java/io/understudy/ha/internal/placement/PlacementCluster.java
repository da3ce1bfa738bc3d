package io.understudy.ha.internal.placement;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;
import io.understudy.ha.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in which everybody decides by what it has heard. A member knows itself at once, and
 * others late. Moves take time, and the successor takes a role only if it may run by what it knows
 * itself; a free role goes to any member that may run, the worst-placed included.
 */
final class PlacementCluster {
  static final PlacementSettings SETTINGS =
      new PlacementSettings(seconds(5), seconds(1), seconds(8), seconds(20));
  private static final long TICK = 200_000_000L;
  private static final int LONGEST_DELAY_MILLIS = 3_000;

  private final Random random;
  private final RandomPlacement draw;
  private final List<MemberId> members;
  private final List<RoleRules> rules;
  private final Map<MemberId, MemberFacts> truth = new TreeMap<>();
  private final Map<String, MemberId> leaders = new TreeMap<>();
  private final Map<MemberId, Map<MemberId, MemberFacts>> heard = new HashMap<>();
  private final Map<MemberId, Map<String, MemberId>> heardLeaders = new HashMap<>();
  private final Map<MemberId, Map<MemberId, Boolean>> deaf = new HashMap<>();
  private final Map<String, PlacementState> states = new HashMap<>();
  private final Map<String, Long> freeSince = new HashMap<>();
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));
  private long now;
  private long numbers;
  private int moves;
  private boolean stormy;

  private record Due(long at, long number, Runnable what) {}

  PlacementCluster(Random random, int size) {
    this(random, size, null);
  }

  PlacementCluster(Random random, int size, @Nullable List<RoleRules> given) {
    this.random = random;
    this.draw = new RandomPlacement(random);
    this.members = RandomPlacement.members(size);
    this.rules = given == null ? draw.rules(members, 1 + random.nextInt(4)) : given;
    for (MemberId member : members) {
      MemberFacts fit = MemberFacts.fit(member).withLink(new MemberFacts.Link(2, 2, 1));
      truth.put(member, fit);
      heard.put(member, new TreeMap<>());
      heardLeaders.put(member, new TreeMap<>());
      deaf.put(member, new HashMap<>());
    }
    for (MemberId member : members) {
      truth.forEach((other, facts) -> at(member).put(other, facts));
    }
  }

  static RoleRules preferring(String member, int failbackSeconds) {
    return new RoleRules(
        "r",
        Placement.anywhere()
            .preferring(List.of(MemberId.of(member)))
            .failingBackAfter(Duration.ofSeconds(failbackSeconds)),
        WhenAllLack.STAY);
  }

  List<RoleRules> rules() {
    return rules;
  }

  int size() {
    return members.size();
  }

  /** Hand-overs, roles given up, and elections. */
  int moves() {
    return moves;
  }

  @Nullable MemberId leader(String role) {
    return leaders.get(role);
  }

  /** What a member knows now: itself for sure. */
  ClusterFacts facts(MemberId self) {
    List<MemberFacts> known = new ArrayList<>();
    for (MemberId other : members) {
      boolean hears = !deaf.get(self).getOrDefault(other, false);
      known.add(other.equals(self) ? truth.get(self) : at(self).get(other).seen(hears, hears));
    }
    Map<String, MemberId> leads = new TreeMap<>(heardLeaders.get(self));
    leads.values().removeIf(m -> m.equals(self) || deaf.get(self).getOrDefault(m, false));
    leaders.forEach(
        (role, leader) -> {
          if (leader.equals(self)) {
            leads.put(role, self);
          }
        });
    return new ClusterFacts(self, known, leads, false);
  }

  // ---- what happens

  void storm(int seconds) {
    stormy = true;
    run(seconds);
    stormy = false;
  }

  void calm(int seconds) {
    run(seconds);
  }

  /** Everybody hears everybody again. */
  void heal() {
    deaf.values().forEach(Map::clear);
    members.forEach(m -> tell(m, truth.get(m), LONGEST_DELAY_MILLIS));
    rules.forEach(role -> tellLeader(role.role()));
  }

  /** It reaches so many targets from then on. */
  void reach(MemberId member, int reached, int afterMillis) {
    after(
        afterMillis,
        () -> {
          MemberFacts before = truth.get(member);
          tell(member, before.withLink(before.link().reaching(reached)), 1_000);
        });
  }

  private void run(int seconds) {
    long end = now + seconds(seconds);
    while (now < end) {
      while (!due.isEmpty() && due.peek().at() <= now) {
        due.poll().what().run();
      }
      if (stormy) {
        happen();
      }
      rules.forEach(this::elect);
      members.forEach(m -> rules.forEach(role -> decide(m, role)));
      now += TICK;
    }
  }

  private void happen() {
    MemberId member = any();
    switch (random.nextInt(30)) {
      case 0, 1 -> tell(member, draw.facts(member, rules).seen(true, true), LONGEST_DELAY_MILLIS);
      case 2 -> tell(member, MemberFacts.fit(member), LONGEST_DELAY_MILLIS);
      case 3 -> deaf.get(member).put(any(), random.nextBoolean());
      case 4 -> lead(rules.get(random.nextInt(rules.size())).role(), null); // a lease ran out
      default -> {}
    }
  }

  private void tell(MemberId member, MemberFacts facts, int longestMillis) {
    truth.put(member, facts);
    for (MemberId other : members) {
      after(random.nextInt(longestMillis), () -> at(other).put(member, truth.get(member)));
    }
  }

  private void tellLeader(String role) {
    for (MemberId other : members) {
      after(random.nextInt(LONGEST_DELAY_MILLIS), () -> learnLeader(other, role));
    }
  }

  private void learnLeader(MemberId member, String role) {
    MemberId leader = leaders.get(role);
    if (leader == null) {
      heardLeaders.get(member).remove(role);
    } else {
      heardLeaders.get(member).put(role, leader);
    }
  }

  private void lead(String role, @Nullable MemberId leader) {
    if (leader == null) {
      leaders.remove(role);
      freeSince.put(role, now);
    } else {
      leaders.put(role, leader);
      moves++;
    }
    tellLeader(role);
  }

  // ---- the election and the moves

  private void elect(RoleRules role) {
    long free = now - freeSince.getOrDefault(role.role(), 0L);
    if (leaders.containsKey(role.role()) || free < seconds(1)) {
      return;
    }
    List<MemberId> running = members.stream().filter(m -> mayRun(m, role)).toList();
    if (!running.isEmpty()) {
      lead(role.role(), running.get(random.nextInt(running.size())));
    }
  }

  private boolean mayRun(MemberId member, RoleRules role) {
    return step(member, role).mayRun();
  }

  private PlacementStep step(MemberId member, RoleRules role) {
    PlacementState state = states.getOrDefault(key(member, role), PlacementState.NEW);
    return new PlacementMachine(role, SETTINGS).step(state, facts(member), now);
  }

  private void decide(MemberId member, RoleRules role) {
    PlacementStep step = step(member, role);
    states.put(key(member, role), step.next());
    assertTrue(step.wakeAtNanos() > now, "would spin");
    if (!(step.decision() instanceof Decision.Nothing)) {
      assertTrue(member.equals(leaders.get(role.role())), "only a leader moves a role");
      after(random.nextInt(1_000), () -> move(member, role, step.decision()));
    }
  }

  private void move(MemberId from, RoleRules role, Decision decision) {
    if (!from.equals(leaders.get(role.role()))) {
      return; // lost in the meantime
    }
    if (decision instanceof Decision.HandOver handOver) {
      boolean refuses = !mayRun(handOver.to(), role) || (stormy && random.nextInt(4) == 0);
      if (refuses) {
        PlacementState failed =
            new PlacementMachine(role, SETTINGS)
                .moveFailed(states.get(key(from, role)), "may not run", now);
        states.put(key(from, role), failed);
      } else {
        lead(role.role(), handOver.to());
      }
    } else {
      lead(role.role(), null);
      moves++;
    }
  }

  private Map<MemberId, MemberFacts> at(MemberId member) {
    return heard.get(member);
  }

  private MemberId any() {
    return members.get(random.nextInt(members.size()));
  }

  private void after(int millis, Runnable what) {
    due.add(new Due(now + millis * 1_000_000L, numbers++, what));
  }

  private static String key(MemberId member, RoleRules role) {
    return member + " " + role.role();
  }

  private static long seconds(long seconds) {
    return seconds * 1_000_000_000L;
  }
}

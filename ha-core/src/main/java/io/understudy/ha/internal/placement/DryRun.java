package io.understudy.ha.internal.placement;

import io.understudy.ha.Forecast;
import io.understudy.ha.MemberId;
import io.understudy.ha.WhatIf;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A dry run: who would lead what if something happened, by the same ranking that decides. It knows
 * the roles whose rules it is given, lets all delays pass, and takes every hand-over and election
 * for one that succeeds: whether enough votes would be left is not asked here.
 */
public final class DryRun {
  /** Without circles in the rules the first round brings all to rest, and the second shows it. */
  private static final int MOST_ROUNDS = 10;

  private final List<RoleRules> rules;
  private final Map<String, MemberId> before;
  private final Map<String, List<String>> moves = new HashMap<>();
  private final Map<String, String> rests = new HashMap<>();
  private final Map<String, MemberId> leaders;
  private final ClusterFacts facts;

  private DryRun(Collection<RoleRules> rules, ClusterFacts before, ClusterFacts after) {
    this.rules = PlacementRules.inOrder(rules);
    this.before = before.leaders();
    this.facts = after;
    this.leaders = new HashMap<>(after.leaders());
  }

  /**
   * Tries it out.
   *
   * @param rules of the roles to be answered for
   * @param running the roles that run resources where they are led
   * @param facts what is known now
   * @param change what happens
   * @return who would lead
   * @throws IllegalArgumentException if the change names a member or a role that is not known
   */
  public static Forecast of(
      Collection<RoleRules> rules, Set<String> running, ClusterFacts facts, WhatIf change) {
    ClusterFacts after = Changes.applied(facts, change);
    List<String> names = rules.stream().map(RoleRules::role).toList();
    Map<String, String> objections = Objections.to(change, facts, names, running);
    DryRun trial = new DryRun(rules, facts, objections.isEmpty() ? after : facts);
    if (objections.isEmpty()) {
      trial.happen(change);
    } else {
      objections.forEach(trial::moved);
    }
    boolean settled = trial.settle();
    return new Forecast(trial.outcomes(), settled);
  }

  private void happen(WhatIf change) {
    if (change instanceof WhatIf.MemberLost lost) {
      for (RoleRules role : rules) {
        if (lost.member().equals(before.get(role.role()))) {
          moved(role.role(), lost.member() + ", which led it, is lost");
        }
      }
    } else if (change instanceof WhatIf.RoleMoved asked) {
      handOver(asked);
    }
  }

  private void handOver(WhatIf.RoleMoved asked) {
    Changes.requireMember(facts, asked.to());
    RoleRules role =
        rules.stream()
            .filter(r -> r.role().equals(asked.role()))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(unknown(asked.role())));
    Candidate successor = Ranking.of(role, facts.members(), leaders).of(asked.to()).orElseThrow();
    if (asked.to().equals(leaders.get(asked.role()))) {
      moved(asked.role(), asked.to() + " leads it already");
    } else if (successor.canLead()) {
      put(asked.role(), asked.to(), "handed over to " + asked.to());
    } else {
      moved(asked.role(), "refused: " + asked.to() + " " + successor.obstacle());
    }
  }

  private String unknown(String role) {
    return "role '%s' is not declared at this member; it knows %s"
        .formatted(role, rules.stream().map(RoleRules::role).sorted().toList());
  }

  // ---- until nothing moves any more

  private boolean settle() {
    for (int round = 0; round < MOST_ROUNDS; round++) {
      boolean calm = true;
      for (RoleRules role : rules) {
        calm &= !place(role);
      }
      if (calm) {
        return true;
      }
    }
    return false;
  }

  /** Moves one role where it would go; says whether it moved. */
  private boolean place(RoleRules role) {
    Ranking ranking = Ranking.of(role, facts.members(), leaders);
    MemberId leader = ranking.leader();
    if (leader == null) {
      return elect(ranking);
    }
    Aim aim = Aim.of(role, ranking, leader);
    if (facts.maintenance() && !isOnStandby(leader)) {
      return rest(role.role(), "maintenance: it stays until that ends; " + aim.why());
    } else if (aim instanceof Aim.FailBack better) {
      String delay = Seconds.of(role.placement().failback().orElseThrow().toNanos());
      return put(
          role.role(),
          better.to().get(0).member(),
          better.why() + ", once it has been able to lead for " + delay);
    } else if (aim instanceof Aim.Leave leave && !leave.to().isEmpty()) {
      MemberId to = leave.to().get(0);
      return put(role.role(), to, leave.why() + ", and " + to + " is the best that can");
    } else if (aim instanceof Aim.Leave leave && leave.required()) {
      return put(role.role(), null, leave.why() + ", and nobody else can lead it");
    }
    return rest(role.role(), aim.why());
  }

  /** What a member on standby leads runs no resources if it is in maintenance, and moves. */
  private boolean isOnStandby(MemberId leader) {
    return facts.members().stream().anyMatch(m -> m.member().equals(leader) && m.standby());
  }

  private boolean elect(Ranking ranking) {
    Candidate best = ranking.candidates().isEmpty() ? null : ranking.candidates().get(0);
    if (best == null || !best.canLead()) {
      return rest(ranking.role(), "nobody can lead it: " + obstacles(ranking));
    }
    String mark = best.reported() ? "" : ", although it has not reported lately";
    return put(ranking.role(), best.member(), best.member() + " is the best that can lead" + mark);
  }

  private static String obstacles(Ranking ranking) {
    return ranking.candidates().stream()
        .map(c -> c.member() + " " + c.obstacle())
        .collect(Collectors.joining("; "));
  }

  private boolean put(String role, @Nullable MemberId to, String why) {
    if (to == null) {
      leaders.remove(role);
    } else {
      leaders.put(role, to);
    }
    rests.remove(role);
    return moved(role, why);
  }

  private boolean moved(String role, String why) {
    moves.computeIfAbsent(role, r -> new ArrayList<>()).add(why);
    return true;
  }

  private boolean rest(String role, String why) {
    rests.put(role, why);
    return false;
  }

  private List<Forecast.Outcome> outcomes() {
    return rules.stream()
        .map(RoleRules::role)
        .sorted(Comparator.naturalOrder())
        .map(this::outcome)
        .toList();
  }

  private Forecast.Outcome outcome(String role) {
    return new Forecast.Outcome(
        role,
        Optional.ofNullable(before.get(role)),
        Optional.ofNullable(leaders.get(role)),
        why(role));
  }

  /** Why it rests is told where it did not move, or ends nowhere. */
  private String why(String role) {
    Set<String> all = new LinkedHashSet<>(moves.getOrDefault(role, List.of())); // none twice
    String rest = rests.get(role);
    if (rest != null && (all.isEmpty() || leaders.get(role) == null)) {
      all.add(rest);
    }
    return String.join("; then ", all);
  }
}

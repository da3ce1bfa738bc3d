package io.understudy.ha.internal.runtime;

import io.understudy.ha.Connectivity;
import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.Forecast;
import io.understudy.ha.HaConfig;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.WhatIf;
import io.understudy.ha.internal.placement.ClusterFacts;
import io.understudy.ha.internal.placement.DryRun;
import io.understudy.ha.internal.placement.PlacementRules;
import io.understudy.ha.internal.placement.PlacementSettings;
import io.understudy.ha.internal.placement.RoleRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Where the roles that were declared here should be led: what the machines of placement decide,
 * done. Election thread, except where a method says otherwise.
 */
final class Placements {
  private static final int LONGEST_RETRY_LEASES = 30;

  private final Supplier<ClusterFacts> facts;
  private final Times times;
  private final WhenAllLack whenAllLack;
  private final MoveLog moves;
  private final EventBus events;

  /** The roles that run resources. */
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  private final Map<String, RolePlacement> roles = new ConcurrentHashMap<>();

  /** Makes the times of a role. */
  interface Times {
    PlacementSettings of(RoleSpec role);
  }

  /**
   * None yet.
   *
   * @param facts what is known now; any thread
   * @param times of each role
   * @param whenAllLack what happens when nobody reaches enough of the outside
   * @param moves is told why roles move
   * @param events get what people should know
   */
  Placements(
      Supplier<ClusterFacts> facts,
      Times times,
      WhenAllLack whenAllLack,
      MoveLog moves,
      EventBus events) {
    this.facts = facts;
    this.times = times;
    this.whenAllLack = whenAllLack;
    this.moves = moves;
    this.events = events;
  }

  /**
   * The times of a node's roles. What happens to all shows at each within a probe and two reports;
   * a move takes as long as the resources take to stop, and an election.
   */
  static Times settingsOf(HaConfig config) {
    Connectivity probes = config.safeguards().connectivity();
    long lease = config.timing().lease().toNanos();
    long probe =
        probes.targets().isEmpty() ? 0 : probes.interval().plus(probes.timeout()).toNanos();
    return role ->
        new PlacementSettings(
            lease + probe,
            lease,
            LONGEST_RETRY_LEASES * lease,
            role.group().stopTimeout().toNanos() + 2 * lease);
  }

  // ---- any thread ------------------------------------------------------------------------------

  /**
   * Makes the placement of a role; it decides once it has {@linkplain RolePlacement#begin() begun}.
   *
   * @param spec the role
   * @param actions does what is decided
   * @throws IllegalArgumentException if its rules and those of the others cannot all be kept
   */
  RolePlacement make(RoleSpec spec, RolePlacement.Actions actions) {
    RoleRules rules = new RoleRules(spec.name(), spec.placement(), whenAllLack);
    List<RoleRules> all = new ArrayList<>(rules());
    all.add(rules);
    List<String> faults = PlacementRules.check(all);
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          "role '" + spec.name() + "': " + String.join("; ", faults));
    }
    return new RolePlacement(rules, times.of(spec), actions, moves, events);
  }

  /** From now on its rules count, and whether it runs resources where it is led. */
  void add(RolePlacement placement, boolean runsResources) {
    if (runsResources) {
      running.add(placement.rules().role());
    }
    roles.put(placement.rules().role(), placement);
  }

  private List<RoleRules> rules() {
    return roles.values().stream().map(RolePlacement::rules).toList();
  }

  /** A dry run. */
  Forecast simulate(WhatIf change) {
    return DryRun.of(rules(), running, facts.get(), change);
  }

  // ---- election thread -------------------------------------------------------------------------

  /** The facts have changed: looks at every role. */
  void look() {
    ClusterFacts now = facts.get();
    roles.values().forEach(role -> role.look(now));
  }

  /** Looks at the roles whose time has come. */
  void tick() {
    ClusterFacts known = facts.get();
    long now = System.nanoTime();
    for (RolePlacement role : roles.values()) {
      if (role.isDue(now)) {
        role.look(known);
      }
    }
  }

  /** The earlier of that time and what the roles wait for. */
  long wakeAtNanos(long othersNanos) {
    long earliest = othersNanos;
    for (RolePlacement role : roles.values()) {
      earliest = role.earlier(earliest);
    }
    return earliest;
  }
}

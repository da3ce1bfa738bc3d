package io.understudy.ha.sim;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;
import io.understudy.ha.Placement;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.placement.ClusterFacts;
import io.understudy.ha.internal.placement.Decision;
import io.understudy.ha.internal.placement.MemberFacts;
import io.understudy.ha.internal.placement.PlacementMachine;
import io.understudy.ha.internal.placement.PlacementSettings;
import io.understudy.ha.internal.placement.PlacementState;
import io.understudy.ha.internal.placement.PlacementStep;
import io.understudy.ha.internal.placement.RoleRules;
import io.understudy.ha.internal.runtime.MemberCore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Hands roles back to better-placed members as production does: the real machine decides, and the
 * election is asked to hand over. Reports are perfect; whom a member sees is what it was told.
 */
final class SimPlacement {
  private static final int LONGEST_RETRY_LEASES = 30;
  private static final int MOVE_LIMIT_LEASES = 4;

  private final SimCluster cluster;
  private final Map<String, Place> places = new TreeMap<>();
  private long requests = Long.MIN_VALUE; // nobody else counts down here

  SimPlacement(SimCluster cluster) {
    this.cluster = cluster;
  }

  /** One role at one life of a member. */
  private static final class Place {
    final Life life;
    final PlacementMachine machine;
    PlacementState state = PlacementState.NEW;
    long request;
    boolean accepted;

    Place(Life life, PlacementMachine machine) {
      this.life = life;
      this.machine = machine;
    }

    /** Somebody who does not lead and did not just before has nothing to decide. */
    boolean isIdle(boolean leads) {
      return !leads && state.attempt() == null && state.ledSinceNanos() == PlacementStep.NEVER;
    }
  }

  /** From now on the member places the role so, or leaves it where it is. */
  void follow(SimMember member, String role, Applications.Bid bid) {
    if (!bid.handsBack()) {
      places.remove(key(member, role));
      return;
    }
    long lease = cluster.shape().times().leaseNanos();
    Placement placement =
        Placement.anywhere()
            .preferring(bid.candidacy().preference())
            .failingBackAfter(Duration.ofNanos(2 * lease));
    PlacementSettings settings =
        new PlacementSettings(
            lease, lease, LONGEST_RETRY_LEASES * lease, MOVE_LIMIT_LEASES * lease);
    RoleRules rules = new RoleRules(role, placement, WhenAllLack.STAY);
    places.put(key(member, role), new Place(member.life(), new PlacementMachine(rules, settings)));
  }

  private static String key(SimMember member, String role) {
    return member.id() + " " + role;
  }

  /**
   * The election thread has done something: looks at the roles, as production does in each turn.
   */
  void worked(SimMember member, MemberCore core) {
    List<String> roles = cluster.shape().roles();
    for (int i = 0; i < roles.size(); i++) {
      Place place = places.get(key(member, roles.get(i)));
      boolean leads = member.face(i).leads(member.localNanos());
      if (place != null && place.life.equals(member.life()) && !place.isIdle(leads)) {
        look(member, i, place, core);
      }
    }
  }

  private void look(SimMember member, int role, Place place, MemberCore core) {
    String name = cluster.shape().roles().get(role);
    boolean isBack = place.state.ledSinceNanos() == PlacementStep.NEVER;
    if (place.accepted && isBack && member.face(role).leads(member.localNanos())) {
      place.accepted = false;
      place.state = place.machine.moveInVain(place.state, "it leads again", member.localNanos());
    }
    PlacementStep step =
        place.machine.step(place.state, facts(member, role, core), member.localNanos());
    place.state = step.next();
    if (step.decision() instanceof Decision.HandOver move) {
      cluster.tally().count(Fault.HANDED_BACK);
      place.request = ++requests;
      place.accepted = false;
      Input resign = new Input.Resign(place.request, move.to(), RevokeReason.HANDED_OVER);
      cluster.beside().input(member, name, resign, core);
    } else if (step.decision() instanceof Decision.GiveUp) {
      place.state = place.state.withoutAttempt(); // who may run is drawn, not decided here
    }
  }

  /** What is refused is not tried again at once, nor what was accepted and led nowhere. */
  void announced(SimMember member, String role, Output output) {
    Place place = places.get(key(member, role));
    if (place != null
        && output instanceof Output.Answer answer
        && answer.request() == place.request) {
      place.accepted = answer.outcome() == Output.Outcome.DONE;
      if (!place.accepted) {
        place.state =
            place.machine.moveFailed(place.state, answer.outcome().name(), member.localNanos());
      }
    }
  }

  private ClusterFacts facts(SimMember member, int role, MemberCore core) {
    List<MemberFacts> facts = new ArrayList<>();
    String name = cluster.shape().roles().get(role);
    for (RosterMember entry : core.roster().members()) {
      if (core.roster().mayLead(entry.member())) {
        facts.add(factsOf(entry.member(), member, name, core));
      }
    }
    Map<String, MemberId> leaders = new TreeMap<>();
    Life known = member.face(role).leader;
    if (member.face(role).leads(member.localNanos())) {
      leaders.put(name, member.id());
    } else if (known != null && !known.equals(member.life())) {
      leaders.put(name, known.member());
    }
    return new ClusterFacts(member.id(), facts, leaders, false);
  }

  private MemberFacts factsOf(MemberId of, SimMember seer, String role, MemberCore core) {
    RoleState own = core.state(role);
    boolean isSelf = of.equals(seer.id());
    boolean sees = isSelf || (own != null && own.outlook().reachable().contains(of));
    MemberCore other = isSelf ? core : cluster.member(of).core();
    boolean reports = isSelf || (sees && other != null);
    Map<String, String> unfit = isEligible(other, role) ? Map.of() : Map.of(role, "does not run");
    return new MemberFacts(of, sees, reports, false, MemberFacts.Link.NONE, "", unfit, Map.of());
  }

  private static boolean isEligible(@Nullable MemberCore core, String role) {
    RoleState state = core == null ? null : core.state(role);
    return state != null && state.outlook().candidacy().eligible();
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.exclusion.Exclusion;
import io.understudy.ha.internal.exclusion.ExclusionMachine;
import io.understudy.ha.internal.runtime.MemberCore;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceResult;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one role at all members, and what they say to each other. Judges invariant I6 when
 * a resource is started: nobody else may be at work then. One overlap is allowed, and bounded: with
 * a process that is frozen beyond its deadline, has no guardian, and holds nothing that outlives
 * it. When it wakes, its guard ends it.
 */
final class SimWork implements Beside {
  static final String ROLE = "jobs";

  /** How long a process that was frozen beyond its deadline may work when it wakes. */
  private static final long WAKING_NANOS = 400_000_000;

  /** What a run consisted of. */
  enum Happening {
    STARTED,
    STOPPED_AND_MOVED,
    ORDERLY_MOVE,
    WAITS,
    WAITED,
    GUARD_HALTED,
    GUARDIAN_KILLED,
    FENCED,
    SWITCHED_OFF,
    OPERATOR,
    OVERLAP_WITH_FROZEN,
    TOLD
  }

  private final SimCluster cluster;
  private final WorkPlan plan;
  private final WorkBug bug;
  private final Map<Happening, Long> counts;
  private final List<SimGroup> groups = new ArrayList<>();
  private final @Nullable SimGroup[] running;
  private int lastStarter = -1;

  SimWork(SimCluster cluster, WorkPlan plan, WorkBug bug, Map<Happening, Long> counts) {
    this.cluster = cluster;
    this.plan = plan;
    this.bug = bug;
    this.counts = counts;
    this.running = new SimGroup[cluster.shape().size()];
    cluster.later(cluster.shape().times().leaseNanos(), this::operator);
  }

  static Map<Happening, Long> noCounts() {
    return new EnumMap<>(Happening.class);
  }

  WorkPlan plan() {
    return plan;
  }

  WorkBug bug() {
    return bug;
  }

  Exclusion exclusion() {
    return bug.damaging(new ExclusionMachine());
  }

  void count(Happening what) {
    counts.merge(what, 1L, Long::sum);
  }

  // ---- beside the cores

  @Override
  public void started(SimMember member) {
    SimGroup group = new SimGroup(cluster, this, member);
    running[member.index()] = group;
    groups.add(group);
    group.reportAgain();
  }

  @Override
  public void crashed(SimMember member) {
    SimGroup group = running[member.index()];
    running[member.index()] = null;
    if (group != null) {
      group.processEnded();
    }
    groups.removeIf(old -> old.hasEnded() && !old.resources().areAtWork());
  }

  @Override
  public void input(SimMember member, String role, Input input, MemberCore core) {
    SimGroup group = running[member.index()];
    if (group == null || !role.equals(ROLE)) {
      core.input(role, input);
    } else {
      group.input(input, core);
    }
  }

  @Override
  public void announced(SimMember member, String role, Output output) {
    SimGroup group = running[member.index()];
    if (group != null && role.equals(ROLE)) {
      group.announced(output);
    }
  }

  @Override
  public void worked(SimMember member) {
    SimGroup group = running[member.index()];
    if (group != null) {
      group.worked();
    }
  }

  // ---- what is said

  /** Reports are lost, cut off and late like everything; an old one must do no harm. */
  void tell(SimGroup from, long through) {
    Dice dice = cluster.dice();
    long lease = cluster.shape().times().leaseNanos();
    for (SimMember other : cluster.members()) {
      boolean cut = cluster.network().isCut(from.member().index(), other.index());
      if (other == from.member() || cut || dice.chance(cluster.weather().loss)) {
        continue;
      }
      long delay = dice.chance(0.1) ? dice.between(0, 6 * lease) : cluster.weather().delayNanos;
      cluster.later(
          delay,
          () -> {
            SimGroup group = running[other.index()];
            if (group != null) {
              count(Happening.TOLD);
              group.onElectionThread(() -> group.gate.told(from.member().id(), through));
            }
          });
    }
  }

  // ---- what ends work from outside

  /** A hook's call does what it says, or fails, or says that it does not know. */
  void fence(SimGroup by, Life target) {
    Dice dice = cluster.dice();
    long lease = cluster.shape().times().leaseNanos();
    long started = by.member().localNanos();
    boolean does = dice.chance(0.6);
    boolean says = does && dice.chance(0.8);
    FenceHook.Scope scope = plan.hook() == null ? FenceHook.Scope.RESOURCE : plan.hook();
    cluster.later(
        dice.between(0, lease / 2),
        () -> {
          if (does) {
            cut(target, scope);
          }
          FenceResult result =
              says ? FenceResult.confirmed("off") : FenceResult.unknown("no answer");
          cluster.later(
              dice.between(0, lease / 2),
              () ->
                  by.onElectionThread(
                      () ->
                          by.gate.fenceAnswered(
                              new Input.FenceAnswered(target, started, scope, result))));
        });
  }

  private void cut(Life target, FenceHook.Scope scope) {
    count(Happening.FENCED);
    SimMember member = cluster.member(target.member());
    switch (scope) {
      case MACHINE -> switchOff(member);
      case PROCESS -> end(member);
      case RESOURCE -> groupsOf(member).forEach(group -> group.resources().cutOff());
    }
  }

  /** With all that its processes have left. */
  private void switchOff(SimMember member) {
    count(Happening.SWITCHED_OFF);
    end(member);
    groupsOf(member).forEach(group -> group.resources().stopAll());
  }

  private void end(SimMember member) {
    if (member.isUp()) {
      cluster.crashed(member);
    }
  }

  private List<SimGroup> groupsOf(SimMember member) {
    return groups.stream().filter(group -> group.member() == member).toList();
  }

  /** Now and then somebody sees to it that a machine is off, and says so to whoever waits. */
  private void operator() {
    if (cluster.chaos().isRaging() && cluster.dice().chance(0.03)) {
      SimMember member = cluster.dice().pick(cluster.members());
      count(Happening.OPERATOR);
      end(member);
      groupsOf(member).forEach(group -> group.resources().stopAll());
      for (SimGroup group : running) {
        if (group != null) {
          group.onElectionThread(() -> group.gate.confirmedOff(member.id()));
        }
      }
    }
    cluster.later(cluster.shape().times().leaseNanos(), this::operator);
  }

  /** A stop on a machine stops what its earlier processes left, too. */
  void stoppedOn(SimMember member, int resource) {
    for (SimGroup group : groups) {
      if (group.member() == member) {
        group.resources().stopped(resource);
      }
    }
  }

  // ---- I6

  /** A resource is about to be started. */
  void starts(SimGroup starter) {
    count(Happening.STARTED);
    if (lastStarter >= 0 && lastStarter != starter.member().index()) {
      count(Happening.STOPPED_AND_MOVED);
    }
    lastStarter = starter.member().index();
    freezeSoon(starter.member());
    for (SimGroup other : groups) {
      if (other.member() != starter.member() && other.resources().areAtWork()) {
        judge(starter, other);
      }
    }
  }

  /** Sometimes for so long that somebody else takes over and begins. */
  private void freezeSoon(SimMember member) {
    Dice dice = cluster.dice();
    long lease = cluster.shape().times().leaseNanos();
    if (dice.chance(0.05)) {
      long pause = dice.between(lease, 4 * lease + 3 * plan.group().stopLimitNanos());
      cluster.chaos().later(dice.between(0, lease), () -> member.pause(pause));
    }
  }

  private void judge(SimGroup starter, SimGroup other) {
    boolean sleeps = other.member().pauseEndsAt() > cluster.now() - WAKING_NANOS;
    boolean frozen = !other.hasEnded() && sleeps && other.isOverdue();
    boolean allowed = frozen && !plan.outlivesProcess() && !plan.isGuarded(other.member().index());
    if (!allowed) {
      throw violation(starter, other, "");
    }
    count(Happening.OVERLAP_WITH_FROZEN);
    looksAwake(starter, other);
  }

  /** As often as it is frozen again, what it runs in between is little. */
  private void looksAwake(SimGroup starter, SimGroup other) {
    long wakes = other.member().pauseEndsAt() - cluster.now();
    cluster.later(
        wakes + WAKING_NANOS,
        () -> {
          if (!starter.resources().areAtWork() || !other.resources().areAtWork()) {
            return;
          }
          if (!other.member().isPaused()) {
            throw violation(starter, other, ", and that one has been awake for 400 ms");
          }
          looksAwake(starter, other);
        });
  }

  private static Violation violation(SimGroup starter, SimGroup other, String how) {
    return new Violation(
        Invariant.I6_ONE_GROUP,
        starter.life() + " starts, but " + other.life() + " is at work" + how);
  }
}

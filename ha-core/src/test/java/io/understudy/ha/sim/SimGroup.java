package io.understudy.ha.sim;

import io.understudy.ha.RevokeReason;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.group.GroupInput;
import io.understudy.ha.internal.group.GroupMachine;
import io.understudy.ha.internal.group.GroupOutput;
import io.understudy.ha.internal.group.GroupState;
import io.understudy.ha.internal.group.GroupStep;
import io.understudy.ha.internal.runtime.MemberCore;
import io.understudy.ha.internal.runtime.TakeoverGate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The group of one process: the real machine and the real gate; {@link SimResources} is what they
 * start and stop.
 */
final class SimGroup {
  private final SimCluster cluster;
  private final SimWork work;
  private final SimMember member;
  private final Life life;
  private final GroupMachine machine = new GroupMachine();
  private final List<Runnable> whenStopped = new ArrayList<>();
  private final SimDeadline deadline;
  private final SimResources resources;
  final TakeoverGate gate;
  private GroupState state;
  private long wakeToken;
  private long gateToken;
  private long leaseUntil = GroupStep.NEVER;
  private long leads;
  private long serves;
  private boolean ended;
  private Input.@Nullable Candidacy candidacy;

  SimGroup(SimCluster cluster, SimWork work, SimMember member) {
    this.cluster = cluster;
    this.work = work;
    this.member = member;
    this.life = member.life();
    WorkPlan plan = work.plan();
    this.deadline = new SimDeadline(cluster, work, this);
    this.resources = new SimResources(cluster, work, this);
    this.gate =
        new TakeoverGate(
            work.exclusion(),
            plan.exclusion(cluster.shape()),
            () -> plan.terms(member.index()),
            new Ports());
    long now = member.localNanos();
    this.state =
        plan.outlivesProcess()
            ? GroupState.unknown(plan.group(), now)
            : GroupState.stopped(plan.group(), now);
    take(new GroupInput.Tick());
    report();
  }

  private final class Ports implements TakeoverGate.Ports {
    @Override
    public long nanos() {
      return member.localNanos();
    }

    @Override
    public Life self() {
      return life;
    }

    @Override
    public @Nullable RoleState role() {
      MemberCore core = member.core();
      return core == null ? null : core.state(SimWork.ROLE);
    }

    @Override
    public void write(byte[] bytes) {
      tell(new Input.Write(0, bytes));
    }

    @Override
    public void begin() {
      if (leads != 0 && member.localNanos() - leaseUntil < 0) {
        serves = leads;
        resources.letBackIn();
        take(new GroupInput.Led(leads));
        if (!whenStopped.isEmpty()) {
          take(new GroupInput.Yield());
        }
      }
    }

    @Override
    public void fence(Life target, long epoch, String reason) {
      work.fence(SimGroup.this, target);
    }

    @Override
    public void waiting(String reason) {
      work.count(reason.isEmpty() ? SimWork.Happening.WAITED : SimWork.Happening.WAITS);
      if (cluster.tracing()) {
        cluster.trace(member, "   gate: " + reason);
      }
    }
  }

  // ---- the election thread

  void announced(Output output) {
    if (output instanceof Output.Elected elected) {
      leads = elected.epoch();
      leaseUntil = elected.leaseUntilNanos();
      gate.won(elected.epoch());
    } else if (output instanceof Output.Extend extend && extend.epoch() == leads) {
      leaseUntil = extend.leaseUntilNanos();
      setDeadline();
    } else if (output instanceof Output.Revoked revoked && revoked.epoch() == leads) {
      long now = member.localNanos();
      long over = now - leaseUntil < 0 ? now : leaseUntil;
      leads = 0;
      leaseUntil = GroupStep.NEVER;
      take(new GroupInput.Lost(over));
      gate.lost();
    } else if (output instanceof Output.Committed committed) {
      gate.committed(committed.value());
    }
    planGate();
  }

  /** What the application asks for; a planned move stops everything first, mostly. */
  void input(Input input, MemberCore core) {
    if (input instanceof Input.Candidacy wanted) {
      candidacy = wanted;
      core.input(SimWork.ROLE, possible(wanted));
    } else if (input instanceof Input.Resign && leads != 0 && cluster.dice().chance(0.7)) {
      work.count(SimWork.Happening.ORDERLY_MOVE);
      whenStopped.add(() -> resignOrGoOn(input));
      take(new GroupInput.Yield());
    } else if (input instanceof Input.Write write) {
      core.input(SimWork.ROLE, new Input.Write(write.request(), gate.withHeader(write.value())));
    } else {
      core.input(SimWork.ROLE, input);
    }
  }

  private Input.Candidacy possible(Input.Candidacy wanted) {
    return new Input.Candidacy(wanted.eligible() && state.eligible(), wanted.preference());
  }

  /** Sometimes the role does not move after all. */
  private void resignOrGoOn(Input resign) {
    if (cluster.dice().chance(0.2)) {
      gate.goOn();
    } else {
      tell(resign);
    }
  }

  private void tell(Input input) {
    MemberCore core = member.core();
    if (core != null) {
      core.input(SimWork.ROLE, input);
    }
  }

  void worked() {
    if (!ended) {
      gate.tick();
      planGate();
    }
  }

  private void planGate() {
    long at = gate.wakeAtNanos();
    long token = ++gateToken;
    if (at != GroupStep.NEVER && !ended) {
      cluster.later(
          member.clock().realAt(at, cluster.now()) - cluster.now(),
          () -> {
            if (token == gateToken) {
              onElectionThread(() -> {});
            }
          });
    }
  }

  /** In its turn, after a look at the clocks; nothing if the process has ended. */
  void onElectionThread(Runnable task) {
    if (!ended) {
      Consumer<MemberCore> call = core -> task.run();
      member.offer(call);
    }
  }

  /** Something happens to the group. Election thread. */
  void take(GroupInput input) {
    if (ended) {
      return;
    }
    GroupStep step = machine.step(state, input, member.localNanos());
    state = step.next();
    setDeadline();
    step.outputs().forEach(this::act);
    long token = ++wakeToken;
    if (step.wakeAtNanos() != GroupStep.NEVER) {
      cluster.later(
          member.clock().realAt(step.wakeAtNanos(), cluster.now()) - cluster.now(),
          () -> {
            if (token == wakeToken) {
              onElectionThread(() -> take(new GroupInput.Tick()));
            }
          });
    }
  }

  private void act(GroupOutput output) {
    if (ended) {
      return;
    }
    if (output instanceof GroupOutput.Call call) {
      resources.begin(call);
    } else if (output instanceof GroupOutput.Interrupt interrupt) {
      resources.interrupt(interrupt.call(), state);
    } else if (output instanceof GroupOutput.Stopped) {
      List<Runnable> tasks = List.copyOf(whenStopped);
      whenStopped.clear();
      if (!tasks.isEmpty()) {
        gate.stopped(() -> tasks.forEach(Runnable::run));
      }
      report();
    } else if (output instanceof GroupOutput.GiveUp giveUp && !giveUp.reason().isEmpty()) {
      gate.stopped(() -> tell(new Input.Resign(0, null, RevokeReason.INELIGIBLE)));
    } else if (output instanceof GroupOutput.Eligible && candidacy != null) {
      tell(possible(candidacy));
    } else if (output instanceof GroupOutput.Halt) {
      deadline.halt();
    }
  }

  // ---- the deadline

  private void setDeadline() {
    long at = GroupStep.NEVER;
    if (state.isActive()) {
      at = state.stopByNanos();
      if (leaseUntil != GroupStep.NEVER && serves == leads) {
        long byLease = leaseUntil + state.settings().stopLimitNanos();
        at = at == GroupStep.NEVER || byLease - at < 0 ? byLease : at;
      }
    }
    deadline.set(at);
  }

  boolean isOverdue() {
    return deadline.isOver();
  }

  /** The process is gone; its guardian stops what outlives it, within the time to stop. */
  void processEnded() {
    ended = true;
    if (work.plan().outlivesProcess() && work.plan().isGuarded(member.index())) {
      long limit = work.plan().group().stopLimitNanos();
      double rate = member.clock().rate();
      long takes = cluster.dice().between(0, (long) (limit / Math.max(rate, 1)));
      cluster.later(takes, resources::stopAll);
    }
  }

  // ---- what others are told

  /** Says again and again what has stopped. */
  private void report() {
    if (!ended) {
      onElectionThread(this::sayWhatHasStopped);
    }
  }

  void reportAgain() {
    long lease = cluster.shape().times().leaseNanos();
    report();
    if (!ended) {
      cluster.later(cluster.dice().between(lease, 3 * lease), this::reportAgain);
    }
  }

  private void sayWhatHasStopped() {
    long atWork = state.isActive() ? state.epoch() : -1;
    work.tell(this, work.bug().reported(gate.stoppedThrough(atWork), this));
  }

  SimResources resources() {
    return resources;
  }

  SimMember member() {
    return member;
  }

  Life life() {
    return life;
  }

  long leads() {
    return leads;
  }

  boolean hasEnded() {
    return ended;
  }
}

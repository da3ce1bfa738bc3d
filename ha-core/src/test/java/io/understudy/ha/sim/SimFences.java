package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceResult;
import java.util.HashSet;
import java.util.Set;

/**
 * The fence hooks of all members. A call ends whatever life the target lives at some moment before
 * the answer, or does not; the answer may be true, late, or say that nobody knows. Each member's
 * hook is called once at a time, and answers only the life that called it.
 */
final class SimFences {
  /** What a hook does. */
  enum Conduct {
    /** Whatever hooks do, at random; quick and certain once faults have stopped. */
    ANY,
    /** Ends the target at once and says so. */
    WORKS,
    /** Does nothing and says so. */
    FAILS,
    /** Does nothing and says that it did. */
    LIES
  }

  /** A hook's call: what it does and says, and when. */
  private record Call(
      boolean kills, long killNanos, long answerNanos, FenceHook.Scope scope, FenceResult result) {
    boolean isConfirmed() {
      return scope.endsProcesses() && result.outcome() == FenceResult.Outcome.CONFIRMED;
    }
  }

  private final SimCluster cluster;
  private final Dice dice;
  private final long lease;
  private final Set<Life> calling = new HashSet<>();
  private final Conduct[] conducts;
  private int calls;

  SimFences(SimCluster cluster) {
    this.cluster = cluster;
    this.dice = cluster.dice();
    this.lease = cluster.shape().times().leaseNanos();
    this.conducts = new Conduct[cluster.shape().size()];
    java.util.Arrays.fill(conducts, Conduct.ANY);
  }

  void conduct(SimMember member, Conduct conduct) {
    conducts[member.index()] = conduct;
  }

  /** How many calls there were. */
  int calls() {
    return calls;
  }

  void announced(SimMember requester, Output output) {
    if (output instanceof Output.Fence fence && calling.add(requester.life())) {
      calls++;
      begin(requester, fence.target());
    }
  }

  private void begin(SimMember requester, Life target) {
    Life by = requester.life();
    Call call = staged(requester, target, draw(conducts[requester.index()]));
    boolean raged = cluster.chaos().isRaging();
    if (cluster.tracing()) {
      cluster.trace(requester, "** fences " + target + ": " + call);
    }
    if (call.kills()) {
      cluster.later(call.killNanos(), () -> kill(target, raged));
    }
    long started = requester.localNanos();
    cluster.later(
        call.answerNanos(),
        () -> {
          calling.remove(by);
          if (requester.isUp() && requester.life().equals(by)) {
            FenceResult result = stopped(raged) ? FenceResult.unknown("stopped") : call.result();
            count(result);
            cluster.inputAll(
                requester, new Input.FenceAnswered(target, started, call.scope(), result));
          }
        });
  }

  private Call staged(SimMember requester, Life target, Call call) {
    boolean staged =
        call.kills()
            && call.isConfirmed()
            && cluster.chaos().plot() instanceof PairPlot plot
            && plot.stagesRejoin(requester, cluster.member(target.member()));
    return staged ? call(true, call.result(), lease * 2 / 100, lease * 98 / 100) : call;
  }

  /** The power goes off, whatever life has it now. */
  private void kill(Life target, boolean raged) {
    SimMember victim = cluster.member(target.member());
    if (victim.isUp() && cluster.chaos().isRaging() == raged) {
      cluster.tally().count(Fault.FENCED);
      cluster.crashed(victim);
    }
  }

  /** Whether faults, and with them the hooks that misbehave, have stopped meanwhile. */
  private boolean stopped(boolean raged) {
    return raged && !cluster.chaos().isRaging();
  }

  private void count(FenceResult result) {
    switch (result.outcome()) {
      case CONFIRMED -> cluster.tally().count(Fault.FENCE_CONFIRMED);
      case FAILED -> cluster.tally().count(Fault.FENCE_FAILED);
      case UNKNOWN -> cluster.tally().count(Fault.FENCE_UNKNOWN);
    }
  }

  private Call draw(Conduct conduct) {
    if (conduct == Conduct.LIES) {
      return call(false, FenceResult.confirmed("a lie"), lease / 100, 0);
    }
    if (conduct == Conduct.FAILS) {
      return call(false, FenceResult.failed("exit 1"), lease / 100, 0);
    }
    if (conduct == Conduct.WORKS || !cluster.chaos().isRaging()) {
      return call(true, FenceResult.confirmed("off"), lease / 100, lease / 100);
    }
    long work = dice.oneOf(lease / 1000, lease / 20, dice.between(0, 3 * lease));
    long rest = dice.oneOf(0L, lease / 20, dice.between(0, 3 * lease));
    return switch (dice.weighted(new int[] {10, 1, 1, 2, 1})) {
      case 0 -> call(true, FenceResult.confirmed("off"), work, rest);
      case 1 -> call(false, FenceResult.failed("exit 1"), work, rest);
      case 2 -> call(false, FenceResult.unknown("no answer"), work, rest);
      case 3 -> call(true, FenceResult.unknown("no answer"), work, rest);
      default ->
          new Call(
              false,
              0,
              work + rest,
              FenceHook.Scope.RESOURCE,
              FenceResult.confirmed("cut off from a disk"));
    };
  }

  /** An election makes no difference between the two scopes. */
  private Call call(boolean kills, FenceResult result, long work, long rest) {
    FenceHook.Scope scope = calls % 2 == 0 ? FenceHook.Scope.PROCESS : FenceHook.Scope.MACHINE;
    return new Call(kills, work, work + rest, scope, result);
  }

  /**
   * An operator who sees that the other machine is off, and that this one has what the other knew,
   * says so.
   */
  void operatorConfirms(SimMember member) {
    if (!cluster.plot().equals(Plot.Kind.PAIR)) {
      return;
    }
    SimMember peer = cluster.members().get(1 - member.index());
    if (member.isUp() && !peer.isUp() && knowsAllThat(member, peer)) {
      cluster.tally().count(Fault.OPERATOR_FENCED);
      cluster.inputAll(member, new Input.FenceConfirmed(peer.id()));
    }
  }

  private boolean knowsAllThat(SimMember member, SimMember peer) {
    for (String role : cluster.shape().roles()) {
      var own = member.store().stored().ballots().get(role);
      var other = peer.store().stored().ballots().get(role);
      if (other != null
          && (own == null || other.register().version().isNewerThan(own.register().version()))) {
        return false;
      }
    }
    return true;
  }

  /** Whether the member counts its peer as fenced, so that it commits alone. */
  static boolean isAlone(SimMember member, String role) {
    RoleState state = member.core() == null ? null : member.core().state(role);
    return state != null && state.pair().fenced() != null;
  }
}

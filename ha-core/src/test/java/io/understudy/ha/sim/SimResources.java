package io.understudy.ha.sim;

import io.understudy.ha.internal.group.GroupInput;
import io.understudy.ha.internal.group.GroupOutput;
import io.understudy.ha.internal.group.GroupState;
import io.understudy.ha.internal.group.Operation;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The resources of one process' group: they take their time, fail and hang. What really is at work
 * is kept here, not what the group's machine believes: a resource may work from the call of its
 * start on, until a stop that began no earlier has succeeded.
 */
final class SimResources {
  private final SimCluster cluster;
  private final SimWork work;
  private final SimGroup group;
  private final Set<Long> hanging = new HashSet<>();
  private final int[] starting;
  private final boolean[] works;
  private boolean cutOff;

  SimResources(SimCluster cluster, SimWork work, SimGroup group) {
    this.cluster = cluster;
    this.work = work;
    this.group = group;
    int size = work.plan().group().resources().size();
    this.starting = new int[size];
    this.works = new boolean[size];
  }

  /** A call begins, on a thread of the group. */
  void begin(GroupOutput.Call call) {
    Dice dice = cluster.dice();
    long lease = cluster.shape().times().leaseNanos();
    if (cluster.tracing()) {
      cluster.trace(group.member(), "   " + call);
    }
    if (call.operation() == Operation.START) {
      work.starts(group);
      starting[call.resource()]++;
    }
    boolean well = dice.chance(call.operation() == Operation.CHECK ? 0.9 : 0.93);
    if (dice.chance(0.04)) {
      hanging.add(call.call());
      return;
    }
    long takes = dice.chance(0.8) ? dice.between(0, lease / 20) : dice.between(0, 2 * lease);
    cluster.later(takes, () -> returns(call, well));
  }

  /** Some heed it, some do not return for long, some never. */
  void interrupt(long call, GroupState state) {
    if (hanging.contains(call) && cluster.dice().chance(0.5)) {
      hanging.remove(call);
      GroupOutput.Call interrupted = pending(call, state);
      if (interrupted != null) {
        cluster.later(cluster.dice().between(0, 1_000_000), () -> returns(interrupted, false));
      }
    }
  }

  private static GroupOutput.@Nullable Call pending(long number, GroupState state) {
    GroupState.Pending call = state.call();
    return call == null || call.call() != number
        ? null
        : new GroupOutput.Call(number, call.operation(), call.resource(), state.epoch());
  }

  /** On the group's thread, which stands still when the process does. */
  private void returns(GroupOutput.Call call, boolean well) {
    SimMember member = group.member();
    if (group.hasEnded()) {
      return;
    }
    if (member.isPaused()) {
      cluster.later(member.pauseEndsAt() - cluster.now(), () -> returns(call, well));
      return;
    }
    if (call.operation() == Operation.START) {
      starting[call.resource()]--;
      works[call.resource()] = true; // and be it half of it
    } else if (call.operation() == Operation.STOP && well) {
      works[call.resource()] = false;
      work.stoppedOn(member, call.resource());
    }
    GroupInput answer =
        well ? new GroupInput.Done(call.call()) : new GroupInput.Failed(call.call(), "no");
    group.onElectionThread(() -> group.take(answer));
  }

  /** Another process of the machine has stopped what this one, which has ended, left. */
  void stopped(int resource) {
    if (group.hasEnded()) {
      works[resource] = false;
      starting[resource] = 0;
    }
  }

  void stopAll() {
    for (int i = 0; i < works.length; i++) {
      stopped(i);
    }
  }

  /** A fence has cut it off from what it worked on. */
  void cutOff() {
    cutOff = true;
  }

  /** It leads anew, so what it works on lets it in. */
  void letBackIn() {
    cutOff = false;
  }

  boolean areAtWork() {
    if (cutOff || (group.hasEnded() && !work.plan().outlivesProcess())) {
      return false;
    }
    for (int i = 0; i < works.length; i++) {
      if (works[i] || starting[i] > 0) {
        return true;
      }
    }
    return false;
  }
}

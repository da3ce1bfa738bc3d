package io.understudy.ha.sim;

import io.understudy.ha.internal.exclusion.ExclusionSettings;
import io.understudy.ha.internal.exclusion.Terms;
import io.understudy.ha.internal.group.GroupSettings;
import io.understudy.ha.spi.FenceHook;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the groups of a seed are like.
 *
 * @param group the same resources at every member
 * @param outlivesProcess whether they go on when a process ends
 * @param guarded which members have a guardian
 * @param fenceRequired whether the role demands a fence
 * @param hook what the fence hooks of all members can do; null for none
 */
record WorkPlan(
    GroupSettings group,
    boolean outlivesProcess,
    Set<Integer> guarded,
    boolean fenceRequired,
    FenceHook.@Nullable Scope hook) {
  static WorkPlan draw(Dice dice, Shape shape) {
    long lease = shape.times().leaseNanos();
    long stop = dice.oneOf(lease / 5, lease, 3 * lease);
    GroupSettings group =
        new GroupSettings(
            dice.oneOf(List.of("a"), List.of("a", "b")),
            lease / 2,
            lease / 2,
            dice.oneOf(lease / 2, 2 * lease),
            stop,
            dice.below(3),
            10 * lease);
    Set<Integer> guarded = new TreeSet<>();
    double guardians = dice.oneOf(0.0, 0.0, 0.5, 1.0);
    for (int i = 0; i < shape.size(); i++) {
      if (dice.chance(guardians)) {
        guarded.add(i);
      }
    }
    FenceHook.Scope hook =
        dice.oneOf(
            null, FenceHook.Scope.MACHINE, FenceHook.Scope.PROCESS, FenceHook.Scope.RESOURCE);
    return new WorkPlan(group, dice.chance(0.5), guarded, dice.chance(0.25), hook);
  }

  ExclusionSettings exclusion(Shape shape) {
    return new ExclusionSettings(shape.times(), fenceRequired, hook);
  }

  boolean isGuarded(int member) {
    return guarded.contains(member);
  }

  Terms terms(int member) {
    return new Terms(group.stopLimitNanos(), outlivesProcess, isGuarded(member));
  }
}

package io.understudy.ha.internal.group;

import io.understudy.ha.internal.group.GroupState.Pending;

/** When time alone makes a group do something. */
final class WakeUps {
  private WakeUps() {}

  static long next(GroupTurn turn) {
    if (turn.halted) {
      return GroupStep.NEVER;
    }
    long at = GroupStep.NEVER;
    Pending call = turn.call;
    if (turn.isActive()) {
      at = earlier(at, turn.stopByNanos);
    }
    if (call != null) {
      at =
          earlier(
              at,
              call.isInterrupted()
                  ? CallWatch.abandonAtNanos(turn, call)
                  : CallWatch.interruptAtNanos(turn, call));
    } else if (turn.active > floor(turn)
        && turn.mayStop()) { // else it waits for a stray call alone
      at = earlier(at, turn.nextNanos);
    }
    for (FailCount failures : turn.failures) {
      if (failures.count() > 0 && !turn.maintenance) {
        at = earlier(at, failures.sinceNanos() + turn.settings.failureExpiryNanos());
      }
    }
    return at;
  }

  /** Down to where it stops, before it waits for a start that was left to itself. */
  private static int floor(GroupTurn turn) {
    return turn.aim instanceof Aim.Restart restart ? restart.floor() : 0;
  }

  private static long earlier(long one, long other) {
    if (one == GroupStep.NEVER || other == GroupStep.NEVER) {
      return one == GroupStep.NEVER ? other : one;
    }
    return one - other < 0 ? one : other;
  }
}

package io.understudy.ha.internal.group;

import io.understudy.ha.internal.group.GroupState.Pending;

/** The limits of calls, and the time to stop: interrupt, leave alone, halt. */
final class CallWatch {
  private CallWatch() {}

  static void look(GroupTurn turn) {
    Pending call = turn.call;
    if (turn.isActive() && isOver(turn.now, turn.stopByNanos)) {
      halt(turn);
      return;
    }
    if (call == null) {
      return;
    }
    if (!call.isInterrupted()) {
      if (isOver(turn.now, interruptAtNanos(turn, call))) {
        turn.interrupt(call);
      }
    } else if (isOver(turn.now, abandonAtNanos(turn, call))) {
      abandon(turn, call);
    }
  }

  /** When the call is interrupted. A stop as late as it still helps, and not before its half. */
  static long interruptAtNanos(GroupTurn turn, Pending call) {
    long limit = call.sinceNanos() + turn.limitNanos(call);
    if (call.operation() != Operation.STOP || turn.stopByNanos == GroupStep.NEVER) {
      return limit;
    }
    long leftNanos = turn.stopByNanos - call.sinceNanos();
    return turn.stopByNanos - Math.min(turn.settings.interruptLeadNanos(), leftNanos / 2);
  }

  /** When nobody waits for an interrupted call any more; a stop is waited for to the end. */
  static long abandonAtNanos(GroupTurn turn, Pending call) {
    boolean toTheEnd = call.operation() == Operation.STOP && turn.stopByNanos != GroupStep.NEVER;
    return toTheEnd ? GroupStep.NEVER : call.interruptedNanos() + turn.settings.graceNanos();
  }

  private static void abandon(GroupTurn turn, Pending call) {
    turn.abandon(call);
    Pending stray = call.operation() == Operation.START ? call : turn.stray;
    GroupMachine.failed(
        turn,
        call.call(),
        "did not return within "
            + Millis.of(turn.now - call.sinceNanos())
            + " ms, though it was interrupted");
    turn.stray = stray;
  }

  private static void halt(GroupTurn turn) {
    turn.halted = true;
    Pending call = turn.call == null ? turn.stray : turn.call;
    int top = Math.max(0, turn.active - 1);
    String what =
        call == null
            ? turn.name(top) + " could not be stopped"
            : turn.name(call.resource())
                + " has not returned from "
                + call.operation().name().toLowerCase(java.util.Locale.ROOT)
                + " for "
                + Millis.of(turn.now - call.sinceNanos())
                + " ms";
    turn.outputs.add(
        new GroupOutput.Halt(
            "the group has not stopped within "
                + Millis.of(turn.settings.stopLimitNanos())
                + " ms: resource "
                + what));
  }

  static boolean isOver(long now, long atNanos) {
    return atNanos != GroupStep.NEVER && now - atNanos >= 0;
  }
}

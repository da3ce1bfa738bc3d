package io.understudy.ha.internal.group;

import io.understudy.ha.internal.group.GroupOutput.Happening;
import io.understudy.ha.internal.group.GroupState.Pending;

/**
 * Decides what the resources of a role do at one member. A pure function of state, input and time;
 * threadsafe, because it holds nothing.
 *
 * <pre>
 *            Led                      check failed, within the limit
 *   Rest ----------> Run -------------------------------------------> Restart --> Run
 *    ^                | start failed; check failed once too often; Yield
 *    |                +----------------> GiveUp -- all stopped --> Rest, the role is given up
 *    |                | Lost (from any of them)
 *    |                +----------------> Clear --- all stopped --> Rest; Run if led again
 *    +-----------------------------------------------------------------+
 * </pre>
 *
 * In maintenance a leadership whose group has not begun waits in Hold between Rest and Run.
 *
 * <p>Whatever is active is stopped in reverse order before anything is started for another
 * leadership. A stop that fails is tried again, one that hangs is interrupted, and when the time to
 * stop is over the process ends: that is the only way left to keep the promise that nothing of it
 * works any more. Where no deadline presses, the attempts come at a growing distance. Restart in
 * place, fail count and expiry follow Pacemaker's {@code migration-threshold} and {@code
 * failure-timeout}.
 */
public final class GroupMachine {
  /**
   * Decides.
   *
   * @param state the state before
   * @param input what happened
   * @param nowNanos the monotonic time
   * @return the state after, and what to do
   */
  public GroupStep step(GroupState state, GroupInput input, long nowNanos) {
    if (state.halted()) {
      return new GroupStep(state, java.util.List.of(), GroupStep.NEVER);
    }
    GroupTurn turn = new GroupTurn(state, nowNanos);
    take(turn, input);
    turn.expireFailures();
    CallWatch.look(turn);
    proceed(turn);
    turn.tellEligibility();
    return new GroupStep(turn.state(), turn.outputs, WakeUps.next(turn));
  }

  private static void take(GroupTurn turn, GroupInput input) {
    if (input instanceof GroupInput.Led led) {
      led(turn, led);
    } else if (input instanceof GroupInput.Lost lost) {
      lost(turn, lost);
    } else if (input instanceof GroupInput.Yield) {
      stopAndYield(turn);
    } else if (input instanceof GroupInput.Done done) {
      done(turn, done.call());
    } else if (input instanceof GroupInput.Failed failed) {
      failed(turn, failed.call(), turn.reasonOf(failed));
    } else if (input instanceof GroupInput.ResetFailures) {
      turn.resetFailures();
    } else if (input instanceof GroupInput.Maintenance change) {
      maintenance(turn, change.on());
    }
  }

  private static void led(GroupTurn turn, GroupInput.Led input) {
    turn.led = input.epoch();
    if (turn.aim instanceof Aim.Rest) {
      turn.serve();
    } // else what an earlier leadership left is stopped first
  }

  private static void lost(GroupTurn turn, GroupInput.Lost input) {
    turn.led = 0;
    if (turn.aim instanceof Aim.Rest || turn.aim instanceof Aim.Hold) {
      turn.aim = new Aim.Rest();
      return;
    }
    turn.aimFor(new Aim.Clear(), input.endedNanos() + turn.settings.stopLimitNanos());
  }

  /** What is cleared stops anyhow, and there is no role to give up. */
  private static void stopAndYield(GroupTurn turn) {
    boolean stopsAnyhow = turn.led == 0 && turn.aim instanceof Aim.Clear;
    if (!stopsAnyhow) {
      turn.aimFor(new Aim.GiveUp(""), turn.now + turn.settings.stopLimitNanos());
    }
  }

  /** At its end what waited begins, and what was cleaned up without haste has a deadline again. */
  private static void maintenance(GroupTurn turn, boolean on) {
    turn.maintenance = on;
    if (!on && turn.aim instanceof Aim.Hold) {
      turn.serve();
    } else if (!on && turn.aim instanceof Aim.Restart && turn.stopByNanos == GroupStep.NEVER) {
      turn.stopByNanos = turn.now + turn.settings.stopLimitNanos();
      turn.nextNanos = turn.now; // a pause between stops that nobody waited for is over
    }
  }

  private static void done(GroupTurn turn, long number) {
    Pending call = turn.call;
    if (call == null || call.call() != number) {
      strayReturned(turn, number);
      return;
    }
    if (call.isInterrupted() && call.operation() != Operation.STOP) {
      failed(turn, number, turn.tooLong(call));
      return;
    }
    turn.call = null;
    switch (call.operation()) {
      case START -> {
        turn.tell(call.resource(), Happening.STARTED, "");
        turn.restUntilNextRound();
      }
      case STOP -> {
        turn.active = call.again() ? turn.active : call.resource();
        turn.nextNanos = turn.now;
        turn.tries = StopTries.NONE;
        turn.tell(call.resource(), Happening.STOPPED, "");
      }
      case CHECK -> turn.checkedOne();
    }
  }

  /** It may have begun to work after it was stopped: it is stopped once more. */
  private static void strayReturned(GroupTurn turn, long number) {
    turn.returned(number);
    Pending stray = turn.stray;
    if (stray != null && stray.call() == number) {
      turn.stray = null;
      turn.active = Math.max(turn.active, stray.resource() + 1);
      turn.nextNanos = turn.now;
      turn.call = turn.call == null ? null : turn.call.onceMore();
    }
  }

  static void failed(GroupTurn turn, long number, String reason) {
    Pending call = turn.call;
    if (call == null || call.call() != number) {
      strayReturned(turn, number);
      return;
    }
    turn.call = null;
    switch (call.operation()) {
      case START -> startFailed(turn, call.resource(), reason);
      case STOP -> turn.stopFailed(call.resource(), reason);
      case CHECK -> checkFailed(turn, call.resource(), reason);
    }
  }

  /** What could not be started here once is tried elsewhere. */
  private static void startFailed(GroupTurn turn, int resource, String reason) {
    if (!(turn.aim instanceof Aim.Run)) {
      return; // it was interrupted, because it is not wanted any more
    }
    if (turn.maintenance) {
      turn.countFailure(resource);
      turn.tell(resource, Happening.FAILED, "start: " + reason);
      turn.aim = new Aim.Restart(resource);
      turn.nextNanos = turn.now;
      return;
    }
    turn.exhaust(resource);
    turn.tell(resource, Happening.FAILED, "start: " + reason);
    giveUp(turn, resource, "did not start: " + reason);
  }

  private static void checkFailed(GroupTurn turn, int resource, String reason) {
    if (!(turn.aim instanceof Aim.Run)) {
      return;
    }
    turn.countFailure(resource);
    turn.tell(resource, Happening.FAILED, "check: " + reason);
    if (turn.maintenance) {
      turn.checkedOne();
    } else if (turn.isBlocked()) {
      giveUp(turn, resource, "failed: " + reason + "; too many calls hang");
    } else if (turn.failures.get(resource).count() > turn.settings.restartLimit()) {
      giveUp(turn, resource, "failed: " + reason);
    } else {
      turn.tell(resource, Happening.RESTARTING, "");
      turn.aimFor(new Aim.Restart(resource), turn.now + turn.settings.stopLimitNanos());
    }
  }

  private static void giveUp(GroupTurn turn, int resource, String what) {
    String reason = "resource " + turn.name(resource) + " " + what;
    turn.aimFor(new Aim.GiveUp(reason), turn.now + turn.settings.stopLimitNanos());
  }

  // ---- what comes next

  private static void proceed(GroupTurn turn) {
    while (turn.call == null && !turn.halted) {
      Aim before = turn.aim;
      if (before instanceof Aim.Run) {
        run(turn);
      } else if (before instanceof Aim.Restart restart) {
        stopDownTo(turn, restart.floor());
      } else if (!(before instanceof Aim.Rest || before instanceof Aim.Hold)) {
        stopDownTo(turn, 0);
      }
      if (turn.aim.equals(before)) {
        return;
      }
    }
  }

  private static void startAgain(GroupTurn turn, Aim.Restart restart) {
    if (turn.isBlocked()) {
      giveUp(turn, restart.floor(), "is not started again: too many calls hang");
    } else {
      turn.aim = new Aim.Run();
    }
  }

  private static void run(GroupTurn turn) {
    if (turn.active < turn.settings.size() && !waitsForMaintenance(turn)) {
      turn.begin(Operation.START, turn.active);
      turn.active++;
    } else if (turn.now - turn.nextNanos >= 0 && turn.active > 0 && !turn.isBlocked()) {
      turn.begin(Operation.CHECK, turn.checked);
    }
  }

  /** What could not be started while nobody may move it is tried again when somebody may. */
  private static boolean waitsForMaintenance(GroupTurn turn) {
    return turn.maintenance && turn.failures.get(turn.active).count() > 0;
  }

  private static void stopDownTo(GroupTurn turn, int floor) {
    if (turn.active > floor) {
      if (turn.now - turn.nextNanos >= 0 && turn.mayStop()) {
        turn.begin(Operation.STOP, turn.active - 1);
      }
      return;
    }
    if (turn.stray != null) {
      return;
    }
    Aim reached = turn.aim;
    turn.stopByNanos = GroupStep.NEVER;
    if (reached instanceof Aim.Restart restart) {
      startAgain(turn, restart);
      return;
    }
    turn.aim = new Aim.Rest();
    turn.outputs.add(new GroupOutput.Stopped(turn.epoch));
    if (reached instanceof Aim.GiveUp giveUp) {
      turn.outputs.add(new GroupOutput.GiveUp(giveUp.reason()));
    } else if (turn.led != 0) {
      turn.serve();
    }
  }
}

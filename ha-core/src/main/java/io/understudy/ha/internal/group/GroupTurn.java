package io.understudy.ha.internal.group;

import io.understudy.ha.internal.group.GroupOutput.Happening;
import io.understudy.ha.internal.group.GroupState.Pending;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The working copy of one step. Lives for one call of {@link GroupMachine#step} and is confined to
 * it.
 */
final class GroupTurn {
  final GroupSettings settings;
  final long now;
  final List<GroupOutput> outputs = new ArrayList<>();

  Aim aim;
  int active;
  long epoch;
  long led;
  @Nullable Pending call;
  @Nullable Pending stray;
  final List<Long> abandoned;
  long nextNanos;
  int checked;
  long stopByNanos;
  final List<FailCount> failures;
  StopTries tries;
  boolean maintenance;
  boolean halted;
  private long calls;
  private boolean eligible;
  private boolean reasonChanged;

  GroupTurn(GroupState state, long nowNanos) {
    settings = state.settings();
    now = nowNanos;
    aim = state.aim();
    active = state.active();
    epoch = state.epoch();
    led = state.led();
    call = state.call();
    stray = state.stray();
    abandoned = new ArrayList<>(state.abandoned());
    calls = state.calls();
    nextNanos = state.nextNanos();
    checked = state.checked();
    stopByNanos = state.stopByNanos();
    failures = new ArrayList<>(state.failures());
    tries = state.tries();
    eligible = state.eligible();
    maintenance = state.maintenance();
    halted = state.halted();
  }

  GroupState state() {
    return new GroupState(
        settings,
        aim,
        active,
        epoch,
        led,
        call,
        stray,
        abandoned,
        calls,
        nextNanos,
        checked,
        stopByNanos,
        failures,
        tries,
        eligible,
        maintenance,
        halted);
  }

  boolean isActive() {
    return active > 0 || call != null || stray != null;
  }

  String name(int resource) {
    return settings.resources().get(resource);
  }

  // ---- aims

  /**
   * Changes the aim to one that stops something; a deadline that is earlier stays. What is under
   * way and no stop is of no use any more.
   */
  void aimFor(Aim next, long byNanos) {
    if (call != null && call.operation() != Operation.STOP) {
      interrupt(call);
    }
    aim = next;
    nextNanos = now;
    checked = 0;
    tries = StopTries.NONE;
    if (stopByNanos == GroupStep.NEVER || byNanos - stopByNanos < 0) {
      stopByNanos = byNanos;
    }
  }

  /**
   * Begins to serve the leadership that is held, if this member may. Nothing is active. In
   * maintenance only what has begun goes on, for example after a move that was refused.
   */
  void serve() {
    String reason = whyNotEligible();
    if (!reason.isEmpty()) {
      aim = new Aim.Rest();
      outputs.add(new GroupOutput.GiveUp(reason));
    } else if (maintenance && epoch != led) {
      aim = new Aim.Hold();
    } else {
      epoch = led;
      aim = new Aim.Run();
      nextNanos = now;
      checked = 0;
    }
  }

  // ---- calls

  void begin(Operation operation, int resource) {
    call = Pending.begun(++calls, operation, resource, now);
    outputs.add(new GroupOutput.Call(calls, operation, resource, epoch));
  }

  void interrupt(Pending pending) {
    if (!pending.isInterrupted()) {
      call = pending.interrupted(now);
      outputs.add(new GroupOutput.Interrupt(pending.call()));
    }
  }

  /** Nobody waits for the call that is under way any more; it holds its thread until it returns. */
  void abandon(Pending pending) {
    abandoned.add(pending.call());
    outputs.add(new GroupOutput.Abandon(pending.call()));
    reasonChanged |= isBlocked();
  }

  /** A call that nobody waited for has returned; or it was none of those. */
  void returned(long number) {
    reasonChanged |= isBlocked();
    abandoned.removeIf(call -> call == number);
  }

  /** Whether so many calls hang that another one might only cost another thread. */
  boolean isBlocked() {
    return abandoned.size() >= GroupState.MOST_ABANDONED;
  }

  /** A stop that has a deadline is tried all the same: it is never abandoned. */
  boolean mayStop() {
    return stopByNanos != GroupStep.NEVER || !isBlocked();
  }

  long limitNanos(Pending pending) {
    return switch (pending.operation()) {
      case START -> settings.startLimitNanos();
      case STOP -> settings.stopLimitNanos();
      case CHECK -> settings.checkLimitNanos();
    };
  }

  String tooLong(Pending pending) {
    return "took longer than " + Millis.of(limitNanos(pending)) + " ms";
  }

  /** What an interrupted call says of itself is a consequence. */
  String reasonOf(GroupInput.Failed failed) {
    Pending pending = call;
    if (pending == null
        || pending.call() != failed.call()
        || !pending.isInterrupted()
        || pending.operation() == Operation.STOP) {
      return failed.reason();
    }
    return tooLong(pending) + " (" + failed.reason() + ")";
  }

  void checkedOne() {
    checked++;
    if (checked >= active) {
      restUntilNextRound();
    }
  }

  /** After each start, and after the last check of a round. */
  void restUntilNextRound() {
    if (aim instanceof Aim.Run) {
      checked = 0;
      nextNanos = now + settings.checkIntervalNanos();
    }
  }

  // ---- failures

  /**
   * It is tried again: soon while a deadline presses, else at a growing distance, and told as
   * seldom.
   */
  void stopFailed(int resource, String reason) {
    boolean presses = stopByNanos != GroupStep.NEVER;
    boolean isNews = presses || tries.isNews(reason);
    tries = tries.another(reason);
    long first = settings.stopRetryNanos();
    long pause = presses ? first : tries.pauseNanos(first, settings.longestStopRetryNanos());
    nextNanos = now + pause;
    if (isNews) {
      String again =
          presses
              ? ""
              : " (tried "
                  + tries.count()
                  + (tries.count() == 1 ? " time" : " times")
                  + ", again in "
                  + Millis.of(pause)
                  + " ms)";
      tell(resource, Happening.FAILED, "stop: " + reason + again);
    }
  }

  void countFailure(int resource) {
    failures.set(resource, failures.get(resource).another(now));
  }

  /** So often that it is not tried here again before the count expires or is reset. */
  void exhaust(int resource) {
    FailCount counted = failures.get(resource).another(now);
    failures.set(resource, counted.atLeast(settings.restartLimit() + 1, now));
  }

  /** Not in maintenance: what failed waits for its end, however long that takes. */
  void expireFailures() {
    if (maintenance) {
      return;
    }
    for (int i = 0; i < failures.size(); i++) {
      FailCount count = failures.get(i);
      boolean expired = now - count.sinceNanos() >= settings.failureExpiryNanos();
      if (count.count() > 0 && expired) {
        forget(i, "no failure for " + settings.failureExpiryNanos() / 1_000_000_000 + " s");
      }
    }
  }

  void resetFailures() {
    for (int i = 0; i < failures.size(); i++) {
      if (failures.get(i).count() > 0) {
        forget(i, "reset by hand");
      }
    }
  }

  private void forget(int resource, String why) {
    failures.set(resource, FailCount.NONE);
    tell(resource, Happening.RESET, why);
  }

  void tell(int resource, Happening happening, String reason) {
    int count = failures.get(resource).count();
    outputs.add(new GroupOutput.Told(resource, happening, count, reason));
  }

  // ---- eligibility

  /**
   * Tells whether this member may lead, when that or the reason has changed. Not while what it
   * leads is still at work: who is not eligible any more resigns at once, and it is to stop first.
   */
  void tellEligibility() {
    if (halted) {
      return;
    }
    boolean works = led != 0 && !(aim instanceof Aim.Rest);
    String reason = whyNotEligible();
    boolean changed = eligible != reason.isEmpty() || (reasonChanged && !eligible);
    if (changed && (!works || reason.isEmpty())) {
      eligible = reason.isEmpty();
      outputs.add(new GroupOutput.Eligible(eligible, reason));
    }
  }

  private String whyNotEligible() {
    if (isBlocked()) {
      return abandoned.size()
          + " calls of its resources hang, though they were interrupted; until one returns, or this"
          + " process is started anew, none is made";
    }
    if (led == 0 && aim instanceof Aim.Clear) {
      return "stops what an earlier leadership left at work";
    }
    for (int i = 0; i < failures.size(); i++) {
      int count = failures.get(i).count();
      if (count > settings.restartLimit()) {
        return "resource "
            + name(i)
            + " failed "
            + count
            + (count == 1 ? " time" : " times")
            + " here, the limit is "
            + settings.restartLimit()
            + "; forgotten "
            + settings.failureExpiryNanos() / 1_000_000_000
            + " s after the last failure, or when an operator resets it";
      }
    }
    return "";
  }
}

package io.understudy.ha.internal.group;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group at one member, between two steps.
 *
 * @param settings what it consists of
 * @param aim what it is about to reach
 * @param active how many resources, from the first on, may be at work: started, or not known to be
 *     stopped. The others are known to be stopped
 * @param epoch the leadership that what is active serves; 0 if there never was one
 * @param led the leadership that this member holds; 0 if none
 * @param call the call under way
 * @param stray a start that nobody waits for and that has not returned: it may still succeed, so
 *     nothing is known to be stopped before it does
 * @param abandoned the calls that nobody waits for and that have not returned: each holds a thread
 * @param calls how many calls there were
 * @param nextNanos before that no call is made: the next round of checks, or the next attempt to
 *     stop
 * @param checked how many resources were checked in this round
 * @param stopByNanos when the group must have stopped; {@link GroupStep#NEVER} if nothing presses
 * @param failures of each resource
 * @param tries of the stop that is tried again and again
 * @param eligible whether this member was last said to be eligible
 * @param maintenance whether nothing is restarted or moved
 * @param halted whether the process was told to end
 */
public record GroupState(
    GroupSettings settings,
    Aim aim,
    int active,
    long epoch,
    long led,
    @Nullable Pending call,
    @Nullable Pending stray,
    List<Long> abandoned,
    long calls,
    long nextNanos,
    int checked,
    long stopByNanos,
    List<FailCount> failures,
    StopTries tries,
    boolean eligible,
    boolean maintenance,
    boolean halted) {
  /** So many calls may hang that nobody waits for; more would pile up threads. */
  static final int MOST_ABANDONED = 3;

  /**
   * A call under way.
   *
   * @param call its number
   * @param operation what was asked
   * @param resource of which resource
   * @param sinceNanos since when
   * @param interruptedNanos when it was interrupted; {@link GroupStep#NEVER} if it was not
   * @param again whether a stop must be repeated, because a start has returned since it began
   */
  public record Pending(
      long call,
      Operation operation,
      int resource,
      long sinceNanos,
      long interruptedNanos,
      boolean again) {
    static Pending begun(long call, Operation operation, int resource, long nowNanos) {
      return new Pending(call, operation, resource, nowNanos, GroupStep.NEVER, false);
    }

    boolean isInterrupted() {
      return interruptedNanos != GroupStep.NEVER;
    }

    Pending interrupted(long nowNanos) {
      return new Pending(call, operation, resource, sinceNanos, nowNanos, again);
    }

    Pending onceMore() {
      return new Pending(call, operation, resource, sinceNanos, interruptedNanos, true);
    }
  }

  /** Copies. */
  public GroupState {
    abandoned = List.copyOf(abandoned);
    failures = List.copyOf(failures);
  }

  /**
   * A group of which nothing runs.
   *
   * @param settings what it consists of
   * @param nowNanos the time
   * @return its state
   */
  public static GroupState stopped(GroupSettings settings, long nowNanos) {
    return new GroupState(
        settings,
        new Aim.Rest(),
        0,
        0,
        0,
        null,
        null,
        List.of(),
        0,
        nowNanos,
        0,
        GroupStep.NEVER,
        Collections.nCopies(settings.size(), FailCount.NONE),
        StopTries.NONE,
        true,
        false,
        false);
  }

  /**
   * A group of a process that has just begun, of which an earlier process may have left something
   * at work: it is stopped before this member may lead.
   *
   * @param settings what it consists of
   * @param nowNanos the time
   * @return its state
   */
  public static GroupState unknown(GroupSettings settings, long nowNanos) {
    GroupState stopped = stopped(settings, nowNanos);
    return new GroupState(
        settings,
        new Aim.Clear(),
        settings.size(),
        0,
        0,
        null,
        null,
        List.of(),
        0,
        nowNanos,
        0,
        GroupStep.NEVER,
        stopped.failures(),
        StopTries.NONE,
        false,
        false,
        false);
  }

  /**
   * Whether the role is led, and its resources wait for the end of maintenance.
   *
   * @return true if nothing but maintenance holds them back
   */
  public boolean isHeld() {
    return aim instanceof Aim.Hold;
  }

  /**
   * Whether it tries in vain to stop what nobody waits for: no deadline, no leadership.
   *
   * @return true once a stop has failed
   */
  public boolean isStoppingInVain() {
    return led == 0 && stopByNanos == GroupStep.NEVER && tries.count() > 0;
  }

  /**
   * Whether anything may be at work.
   *
   * @return false only if every resource is known to be stopped and none is being started
   */
  public boolean isActive() {
    return active > 0 || call != null || stray != null;
  }
}

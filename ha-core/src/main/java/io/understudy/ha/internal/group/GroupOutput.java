package io.understudy.ha.internal.group;

/** What a {@link GroupMachine} wants done, in order. */
public sealed interface GroupOutput {
  /**
   * Do this, and answer by {@link GroupInput.Done} or {@link GroupInput.Failed}. One call at a
   * time, unless one was abandoned.
   *
   * @param call numbers the calls
   * @param resource the resource's index
   * @param epoch the leadership that it serves; of a stop the one that it served
   */
  record Call(long call, Operation operation, int resource, long epoch) implements GroupOutput {}

  /** The call takes too long: interrupt its thread. */
  record Interrupt(long call) implements GroupOutput {}

  /** The call does not return: nobody waits for it any more. Later calls need another thread. */
  record Abandon(long call) implements GroupOutput {}

  /** Everything is stopped: nothing of that leadership works at this member any more. */
  record Stopped(long epoch) implements GroupOutput {}

  /**
   * Everything is stopped and the role is to be given up.
   *
   * @param reason why; empty if somebody asked for it
   */
  record GiveUp(String reason) implements GroupOutput {}

  /**
   * Whether this member may lead the role.
   *
   * @param reason why not; empty if it may
   */
  record Eligible(boolean eligible, String reason) implements GroupOutput {}

  /** What people should know of a resource. */
  record Told(int resource, Happening happening, int failures, String reason)
      implements GroupOutput {}

  /** What can happen to a resource. */
  enum Happening {
    /** It works. */
    STARTED,
    /** It works no longer, as wanted. */
    STOPPED,
    /** It failed to start, to stop or its check. */
    FAILED,
    /** It is stopped and started again here. */
    RESTARTING,
    /** Its failures are forgotten. */
    RESET
  }

  /** The time to stop is over: end this process. Nothing is decided after that. */
  record Halt(String reason) implements GroupOutput {}
}

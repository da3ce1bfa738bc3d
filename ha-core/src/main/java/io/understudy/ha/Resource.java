package io.understudy.ha;

import java.util.Optional;

/**
 * Something that works only where its role is led: a job, a listener, an address. One of an ordered
 * list, see {@link ResourceGroup}.
 *
 * <p>Contract: calls for one group come one at a time, on a thread of the group. Each has a limit;
 * at the limit the thread is interrupted, so heed interruption. A {@code start} that ignores it is
 * left alone, and {@code stop} is called on another thread beside it; nothing counts as stopped
 * before that start has returned. Every method may be called again after it failed.
 */
public interface Resource {
  /**
   * Begins to work. Returns when it works, not before.
   *
   * @param leadership what it works for: pass its epoch to whatever can compare numbers, and look
   *     at {@link Leadership#isValid()} before each step that cannot be taken back
   * @throws Exception if it does not work; the message tells people why. The role then moves, and
   *     {@link #stop()} is called here
   */
  void start(Leadership leadership) throws Exception;

  /**
   * Works no longer. Returns when nothing of it works any more, not before. Is also called after a
   * failed start, and may be called when it does not work: then it returns at once.
   *
   * <p>Must not wait for anybody who closes the node: that waits for this call.
   *
   * @throws Exception if it still works, or may; it is called again until the group's time to stop
   *     is over, and then the process ends
   */
  void stop() throws Exception;

  /**
   * Looks whether it works. Called again and again while it is started. By default it is content.
   *
   * @throws Exception if it does not work; the message tells people why
   */
  default void check() throws Exception {}

  /**
   * Whether it goes on when this process ends: a virtual address, a mount, a program of its own.
   * Such a resource is stopped when this member begins, before it may lead.
   *
   * @return false by default
   */
  default boolean outlivesProcess() {
    return false;
  }

  /**
   * How the {@linkplain Guardian guardian} stops it after the end of this process. Needed of a
   * resource that {@linkplain #outlivesProcess outlives} the process, at a member with a guardian:
   * its role is refused there without it. Asked once, when the role is declared.
   *
   * @return empty by default
   */
  default Optional<StopCommand> guardianStop() {
    return Optional.empty();
  }
}

package io.understudy.ha.spi;

import java.time.Duration;

/**
 * Cuts a member off. Implemented by whoever can switch off a machine, end a process or take a
 * resource away.
 *
 * <p>The library calls a hook on a thread of its own, never on the election thread, and for one
 * target never while an earlier call still runs. It may call it again after {@link
 * FenceResult.Outcome#FAILED} or {@link FenceResult.Outcome#UNKNOWN}, and for a target that is off
 * already, so a hook must be repeatable. Implementations must be threadsafe if they are given to
 * more than one node.
 */
public interface FenceHook {
  /**
   * What a confirmed answer means.
   *
   * <table>
   *   <caption>What follows from it</caption>
   *   <tr><th></th><th>MACHINE</th><th>PROCESS</th><th>RESOURCE</th></tr>
   *   <tr><td>frees a voter from its promise; is the third vote of two members</td>
   *       <td>yes</td><td>yes</td><td>no</td></tr>
   *   <tr><td>lets a role begin that waits for what dies with a process</td>
   *       <td>yes</td><td>yes</td><td>yes</td></tr>
   *   <tr><td>lets a role begin that waits for what outlives a process</td>
   *       <td>yes</td><td>no</td><td>yes</td></tr>
   * </table>
   *
   * <p>In doubt choose the weaker one: with {@code PROCESS} a role waits for longer than need be,
   * with a {@code MACHINE} that was not off an address is in two places.
   */
  enum Scope {
    /**
     * The target's machine is off, or was after the call: the processes of that member that began
     * before the call execute nothing more, and nothing that outlives them works there any more, no
     * address, no mount, no program that a command has started. What power switches confirm, and
     * whoever stops a virtual machine. Not the end of a container whose network or mounts stay.
     */
    MACHINE,
    /**
     * The target's process, and every process of that member that began before the call, executes
     * nothing more: it was killed and is gone. What it left on its machine may go on.
     */
    PROCESS,
    /**
     * The target is cut off from one resource and may go on running. It lets a role start that
     * demands so, and never shortens a promise.
     */
    RESOURCE;

    /**
     * Whether the processes of the target execute nothing more. Only then is a voter free from its
     * promise, and only such a hook can take the place of a third vote in a cluster of two.
     *
     * @return true for {@code MACHINE} and {@code PROCESS}
     */
    public boolean endsProcesses() {
      return this != RESOURCE;
    }

    /**
     * Whether it also covers what a process leaves at work when it ends, by taking it away or by
     * taking away what it works on.
     *
     * @return true for {@code MACHINE} and {@code RESOURCE}
     */
    public boolean coversWhatOutlivesProcesses() {
      return this != PROCESS;
    }
  }

  /** What a hook does when it is called. */
  @FunctionalInterface
  interface Callback {
    /**
     * Fences a member; see {@link FenceHook#fence}.
     *
     * @param request whom to fence, and why
     * @param limit how long it may take, counted from the call
     * @return what came of it
     * @throws Exception if it failed in a way that leaves open what happened
     */
    FenceResult fence(FenceRequest request, Duration limit) throws Exception;
  }

  /**
   * A hook that is a piece of the application.
   *
   * @param scope what a confirmed answer means
   * @param name what events and status call it
   * @param callback does it
   * @return the hook
   */
  static FenceHook of(Scope scope, String name, Callback callback) {
    return new CallbackFenceHook(scope, name, callback);
  }

  /**
   * What events, history and status call it; asked once, when the hook is configured.
   *
   * @return by default the simple name of its class
   */
  default String name() {
    return getClass().getSimpleName();
  }

  /**
   * What a confirmed answer of this hook means. Must always be the same.
   *
   * @return the scope
   */
  Scope scope();

  /**
   * Fences a member. May block until the limit has passed; the thread is interrupted then, and the
   * attempt counts as unknown unless the answer says otherwise.
   *
   * <p>Answers {@link FenceResult.Outcome#CONFIRMED} only if it is certain: the cluster acts on it
   * at once, and a hook that is wrong lets two members lead at the same time. In doubt the answer
   * is {@link FenceResult.Outcome#UNKNOWN}.
   *
   * @param request whom to fence, and why
   * @param limit how long it may take, counted from the call
   * @return what came of it
   * @throws Exception if it failed in a way that leaves open what happened; counts as {@link
   *     FenceResult.Outcome#UNKNOWN}
   */
  FenceResult fence(FenceRequest request, Duration limit) throws Exception;
}

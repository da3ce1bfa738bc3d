package io.understudy.ha;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A small child process of a member. It ends the member's process when the resources of a role have
 * not stopped in time and that process cannot do it itself, because it is stopped or thrashes; and
 * it stops what outlives that process, see {@link Resource#guardianStop()}. Immutable.
 *
 * <p>It holds a pipe to the process and ends with it, in whatever way that does. It kills the
 * process (SIGKILL) 100 ms after the time at which that should have ended itself, see {@link
 * ResourceGroup}; then, or when the process has ended otherwise while such resources were at work,
 * it kills the commands that the process was in the midst of (a start would go on without it), and
 * runs the stop commands in reverse order, again and again until they succeed, for as long as the
 * group's stop timeout. What it did is written to {@code guardian.report} in the state directory,
 * and told as {@link HaEvent.GuardianActed} at the next start.
 *
 * <p>If it ends by itself, or does not answer for five seconds, that is told and another one is
 * started. While there is none, groups with a resource that outlives the process do not start;
 * those at work go on. While one runs, no resource of any group starts before it knows by when that
 * must have stopped; if it is not told within ten seconds, the start has failed. The next process
 * of the member waits for the guardian of the last one, but not longer than ten seconds and the
 * longest stop timeout: then that hangs, and is killed.
 *
 * <p>It needs Linux or another Unix, and a process that can be killed: not one that is process 1 of
 * its container, because the kernel spares that. It does not help against a machine that is too
 * busy, or too short of memory, to run it; a watchdog device does.
 *
 * @param watchdog the Linux watchdog device that it feeds while all is well, for example {@code
 *     /dev/watchdog}, for one member of a machine; empty: none. It is fed no more, and the machine
 *     restarts, when the process cannot be ended or its resources cannot be stopped, and when
 *     process and guardian are killed at once. It is stopped when the member is closed
 * @param feedInterval how often that is fed; a third of the device's own time or less
 */
public record Guardian(Optional<Path> watchdog, Duration feedInterval) {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /**
   * Checks.
   *
   * @throws IllegalArgumentException if the interval is not 100 ms to 30 s
   */
  public Guardian {
    if (feedInterval.compareTo(SHORTEST) < 0 || feedInterval.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "feedInterval " + feedInterval.toMillis() + " ms is not 100 ms to 30 s");
    }
  }

  /**
   * Without a watchdog device.
   *
   * @return the guardian
   */
  public static Guardian alone() {
    return new Guardian(Optional.empty(), Duration.ofSeconds(1));
  }

  /**
   * Feeding a watchdog device every second: if even the guardian hangs, the machine restarts.
   *
   * @param device the device
   * @return the guardian
   */
  public static Guardian feeding(Path device) {
    return new Guardian(Optional.of(device), Duration.ofSeconds(1));
  }

  /**
   * Feeding at another interval.
   *
   * @param interval 100 ms to 30 s; default 1 s
   * @return a changed copy
   */
  public Guardian every(Duration interval) {
    return new Guardian(watchdog, interval);
  }
}

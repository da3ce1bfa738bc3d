package io.understudy.ha;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A small child process of a member. It ends the member's process when the resources of a role have
 * not stopped in time and that process cannot do it itself, because it is stopped or thrashes; and
 * it stops what outlives that process. Immutable.
 *
 * @param watchdog the Linux watchdog device that it feeds while all is well, for example {@code
 *     /dev/watchdog}; empty: none
 */
public record Guardian(Optional<Path> watchdog) {
  /**
   * Without a watchdog device.
   *
   * @return the guardian
   */
  public static Guardian alone() {
    return new Guardian(Optional.empty());
  }

  /**
   * Feeding a watchdog device: if even the guardian hangs, the machine restarts.
   *
   * @param device the device
   * @return the guardian
   */
  public static Guardian feeding(Path device) {
    return new Guardian(Optional.of(device));
  }
}

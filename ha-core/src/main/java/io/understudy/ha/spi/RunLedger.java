package io.understudy.ha.spi;

import java.io.IOException;

/**
 * Notes which programs are under way, so that whoever comes after a process that was killed can end
 * what that left in the midst of a run. Threadsafe.
 */
public interface RunLedger {
  /** Notes nothing. */
  RunLedger NONE =
      new RunLedger() {
        @Override
        public void begins(String run) {}

        @Override
        public void began(String run, long pid) {}

        @Override
        public void ended(String run) {}
      };

  /**
   * A program is about to be started. When this has returned the note outlives the process.
   *
   * @param run the value of {@code HA_RUN} in the program's environment, and in that of whatever it
   *     starts; 1 to 40 letters, digits and hyphens, another one in each run
   * @throws IOException if it could not be noted; then the program is not started
   */
  void begins(String run) throws IOException;

  /**
   * It was started.
   *
   * @param run as before
   * @param pid the number of its process
   */
  void began(String run, long pid);

  /**
   * It has ended by itself, or nothing of it is left, or it could not be started.
   *
   * @param run as before
   */
  void ended(String run);
}

package io.understudy.samples.gameday;

import java.io.IOException;
import java.util.List;

/**
 * Makes a child process die with this one, even by {@code kill -9} and even if the child is frozen
 * at that moment, wherever the machine has {@code setpriv} (util-linux).
 *
 * <p>The kernel acts when the <em>thread</em> that started the child ends, so the main thread must
 * start all of them.
 */
final class ParentDeath {
  private static final List<String> PREFIX = List.of("setpriv", "--pdeathsig", "KILL");

  private ParentDeath() {}

  /** What to put before a command; empty where it cannot be had. */
  static List<String> prefix() {
    return Support.WORKS ? PREFIX : List.of();
  }

  private static final class Support {
    static final boolean WORKS = probe();

    private static boolean probe() {
      try {
        return new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "true")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
      } catch (IOException e) {
        return false; // there is no setpriv
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}

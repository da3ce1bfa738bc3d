package io.understudy.samples.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs short commands of the system. */
public final class Shell {
  private Shell() {}

  /** Runs a command to its end and returns what it printed. */
  public static String run(String... command) {
    return feed("", command);
  }

  /**
   * Runs a command with an input that fits into a pipe.
   *
   * @throws IllegalStateException if its exit status is not 0
   */
  public static String feed(String input, String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            String.join(" ", List.of(command))
                + " ended with status "
                + status
                + ": "
                + output
                + (input.isEmpty() ? "" : "\nits input was\n" + input));
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + String.join(" ", List.of(command)), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

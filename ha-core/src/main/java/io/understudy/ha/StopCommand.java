package io.understudy.ha;

import java.util.List;
import java.util.Map;

/**
 * How a program can stop a resource when the process that started it is gone. Immutable.
 *
 * @param words the program and its arguments, without a shell; status 0 means that nothing of the
 *     resource works any more, and so does a stop of what is stopped already
 * @param environment added to that of the member's process; {@code HA_ROLE} and {@code HA_EPOCH}
 *     are added to it
 */
public record StopCommand(List<String> words, Map<String, String> environment) {
  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if there are no words, or the first is blank
   */
  public StopCommand {
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
    if (words.isEmpty() || words.get(0).isBlank()) {
      throw new IllegalArgumentException("no command; give the program and its arguments");
    }
  }

  /**
   * Without an environment of its own.
   *
   * @param words the program and its arguments
   * @return the command
   */
  public static StopCommand of(String... words) {
    return new StopCommand(List.of(words), Map.of());
  }
}

package io.understudy.samples.node;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads values of options. */
public final class Values {
  static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)");

  private Values() {}

  /**
   * Reads {@code 500ms}, {@code 2s} or {@code 2m}.
   *
   * @param option whose value it is
   * @param text the value
   * @return the duration
   * @throws ArgumentException if it is none
   */
  public static Duration duration(CommandLine.Name option, String text) throws ArgumentException {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new ArgumentException(
          option + " is '" + text + "'; give a duration like 500ms, 2s or 2m");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      default -> Duration.ofMinutes(amount);
    };
  }

  /**
   * Reads a path.
   *
   * @param option whose value it is
   * @param text the value
   * @return the path
   * @throws ArgumentException if it is none
   */
  public static Path path(CommandLine.Name option, String text) throws ArgumentException {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new ArgumentException(
          option + " is no path (" + e.getReason() + "); give a path of this system");
    }
  }
}

package io.understudy.samples.gameday;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The result of a game day.
 *
 * @param database what the servers are
 * @param baseline a time without a fault, to compare with
 * @param faults one score for each bad day
 * @param unclear how many orders ended with an unknown outcome
 * @param unclearStored how many of them were stored
 * @param seconds how long all of it took
 */
record Report(
    String database,
    Score baseline,
    List<Score> faults,
    long unclear,
    long unclearStored,
    double seconds) {
  Report {
    faults = List.copyOf(faults);
  }

  boolean isOk() {
    return baseline.isOk() && faults.stream().allMatch(Score::isOk);
  }

  /** The report file. */
  String json() {
    return """
        {
          "ok": %b,
          "database": "%s",
          "seconds": %s,
          "unknown_outcome": %d,
          "unknown_outcome_stored": %d,
          "baseline": %s,
          "faults": [
            %s
          ]
        }
        """
        .formatted(
            isOk(),
            escaped(database),
            number(seconds),
            unclear,
            unclearStored,
            json(baseline),
            faults.stream().map(Report::json).collect(Collectors.joining(",\n    ")));
  }

  /** The report file of a game day that could not be held. */
  static String failed(String error) {
    return "{\"ok\": false, \"error\": \"%s\", \"faults\": []}\n".formatted(escaped(error));
  }

  private static String json(Score score) {
    return ("{\"name\": \"%s\", \"seconds_without_service\": %s, \"answered\": %d, \"failed\": %d, "
            + "\"acknowledged\": %d, \"missing_on_survivor\": %d, \"duplicate_ids\": %d, "
            + "\"two_leaders\": %d}")
        .formatted(
            escaped(score.name()),
            number(score.secondsWithoutService()),
            score.answered(),
            score.failed(),
            score.acknowledged(),
            score.missingOnSurvivor(),
            score.duplicateIds(),
            score.twoLeaders());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < ' ') {
        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}

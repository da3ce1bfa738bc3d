package io.understudy.samples.gameday;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The result for people: a table, and what it means in words. */
final class Summary {
  private static final String INDENT = "  ";
  private static final String GUTTER = "  ";

  private static final List<List<String>> HEADERS =
      List.of(
          List.of(
              "", "without", "requests", "requests", "orders", "missing on", "duplicate", "two"),
          List.of(
              "bad day",
              "service",
              "answered",
              "failed",
              "acknowledged",
              "survivor",
              "ids",
              "leaders"));

  private final Report report;

  Summary(Report report) {
    this.report = report;
  }

  String table() {
    List<List<String>> rows = new ArrayList<>(HEADERS);
    rows.add(row(report.baseline()));
    report.faults().forEach(fault -> rows.add(row(fault)));
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < HEADERS.get(0).size(); column++) {
      int at = column;
      widths.add(rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0));
    }
    StringBuilder table = new StringBuilder();
    for (int number = 0; number < rows.size(); number++) {
      if (number == HEADERS.size()) {
        int width = widths.stream().mapToInt(it -> it + GUTTER.length()).sum() - GUTTER.length();
        table.append(INDENT).append("-".repeat(width)).append('\n');
      }
      table.append(aligned(rows.get(number), widths)).append('\n');
    }
    return table.toString();
  }

  private static List<String> row(Score score) {
    return List.of(
        score.title(),
        String.format(Locale.ROOT, "%.2f s", score.secondsWithoutService()),
        Long.toString(score.answered()),
        Long.toString(score.failed()),
        Long.toString(score.acknowledged()),
        Long.toString(score.missingOnSurvivor()),
        Long.toString(score.duplicateIds()),
        Long.toString(score.twoLeaders()));
  }

  /** Words to the left, numbers to the right. */
  private static String aligned(List<String> row, List<Integer> widths) {
    StringBuilder line = new StringBuilder(INDENT);
    for (int column = 0; column < row.size(); column++) {
      String padding = " ".repeat(widths.get(column) - row.get(column).length());
      line.append(column == 0 ? row.get(column) + padding : GUTTER + padding + row.get(column));
    }
    return line.toString().stripTrailing();
  }

  String words() {
    List<String> lines = new ArrayList<>();
    lines.add(
        report.isOk()
            ? "No two leaders at any time, and no id was given twice."
            : "THIS MUST NEVER HAPPEN: two leaders at once, or an id that was given twice.");
    long missing = report.faults().stream().mapToLong(Score::missingOnSurvivor).sum();
    if (missing > 0) {
      lines.add(
          "%d acknowledged orders are missing on the survivor: the killed master had not sent them yet. They are"
              .formatted(missing));
      lines.add("not lost, but stranded on it; asynchronous replication cannot promise more.");
    } else {
      lines.add(
          "Every acknowledged order is on the survivor this time. Asynchronous replication does not promise that.");
    }
    if (report.unclear() > 0) {
      lines.add(
          "%d orders got no clear answer (%d of them are stored); the client placed none of these again."
              .formatted(report.unclear(), report.unclearStored()));
    }
    return String.join("\n", lines);
  }
}

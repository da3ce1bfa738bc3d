package io.understudy.samples.node;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What a {@link Visitor} has seen so far. */
final class Visits {
  private final Path output;

  /**
   * An attempt.
   *
   * @param nanos when it ended, on the machine's monotonic clock
   * @param node the member that answered, or {@code -}
   * @param epoch the leadership for which it answered, or {@code -}
   * @param told the document, or what went wrong
   */
  private record Visit(long nanos, String node, String epoch, String told) {
    static Visit parse(String line) {
      String[] words = line.split(" ", 4);
      return new Visit(
          Long.parseLong(words[0]), words[1], words[2], words.length < 4 ? "" : words[3]);
    }

    boolean isAnswered() {
      return !node.equals("-");
    }
  }

  Visits(Path output) {
    this.output = output;
  }

  private List<Visit> all() {
    try {
      String text = Files.readString(output);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Visit::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Visit> answeredSince(long nanos) {
    return all().stream().filter(Visit::isAnswered).filter(v -> v.nanos() - nanos > 0).toList();
  }

  /** Waits until a member has answered for one of its leaderships after some time. */
  void awaitAnswerOf(Cluster.Reign reign, long sinceNanos) {
    await("answers of " + reign)
        .pollInterval(Duration.ofMillis(20))
        .atMost(Cluster.PATIENCE)
        .until(() -> hasAnswerOf(reign, sinceNanos));
  }

  boolean hasAnswerOf(Cluster.Reign reign, long sinceNanos) {
    String node = reign.node().name();
    String epoch = Long.toString(reign.epoch());
    return answeredSince(sinceNanos).stream()
        .anyMatch(v -> v.node().equals(node) && v.epoch().equals(epoch));
  }

  /** The documents that were answered with, each once. */
  List<String> documents() {
    return answeredSince(Long.MIN_VALUE / 2).stream().map(Visit::told).distinct().toList();
  }

  /** The longest time between two answers, of those that ended after some time. */
  Duration longestSilence(long sinceNanos) {
    long longest = 0;
    long before = sinceNanos;
    for (Visit visit : answeredSince(sinceNanos)) {
      longest = Math.max(longest, visit.nanos() - before);
      before = visit.nanos();
    }
    return Duration.ofNanos(longest);
  }
}

package io.understudy.samples.gameday;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps the score. A day's time begins where the last one's ended, so every request counts once;
 * what an audit finds counts for the day that found it first. Used by one thread.
 */
final class Scoreboard {
  private final Ledger ledger;
  private final List<Score> scores = new ArrayList<>();
  private final Set<String> missing = new HashSet<>();
  private final Set<Long> duplicateIds = new HashSet<>();
  private final TreeSet<String> twoLeaders = new TreeSet<>();
  private long fromNanos;

  Scoreboard(Ledger ledger) {
    this.ledger = ledger;
  }

  /** A day's time begins. */
  void begin() {
    fromNanos = System.nanoTime();
  }

  /** A day's time ends; the next one's begins. */
  Score end(String name, String title, Audit audit) {
    long untilNanos = System.nanoTime();
    List<Attempt> attempts = ledger.between(fromNanos, untilNanos);
    long acknowledged = attempts.stream().filter(Attempt::isAcknowledged).count();
    Score score =
        new Score(
            name,
            title,
            Ledger.longestGapNanos(attempts, fromNanos, untilNanos),
            acknowledged,
            attempts.size() - acknowledged,
            attempts.stream()
                .filter(Attempt::isAcknowledged)
                .map(Attempt::reference)
                .distinct()
                .count(),
            added(missing, audit.missing()),
            added(duplicateIds, audit.duplicateIds()),
            added(twoLeaders, audit.twoLeaders()));
    scores.add(score);
    fromNanos = untilNanos;
    return score;
  }

  private static <T> long added(Set<T> known, Set<T> found) {
    return found.stream().filter(known::add).count();
  }

  List<Score> scores() {
    return List.copyOf(scores);
  }

  /** Every proof of two leaders. */
  Set<String> twoLeaders() {
    return Set.copyOf(twoLeaders);
  }
}

package io.understudy.samples.gameday;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Judges the members' claims: did two of them ever lead a role at once?
 *
 * <p>A lease that has ended stays ended, so between its first and its last claim a leadership was
 * valid all the time. The claims of one epoch of one member merge into that interval: from the end
 * of the first check to the beginning of the last one, which is surely inside. Two members whose
 * intervals for one role overlap led it at once; so did two that claim the same epoch, whenever.
 */
final class LeaderClaims {
  private final Map<Reign, Span> spans = new LinkedHashMap<>();

  private record Reign(String role, long epoch, String member) {}

  private record Span(long fromNanos, long untilNanos) {
    Span with(Claim claim) {
      return new Span(
          claim.afterNanos() - fromNanos < 0 ? claim.afterNanos() : fromNanos,
          claim.beforeNanos() - untilNanos > 0 ? claim.beforeNanos() : untilNanos);
    }

    long overlapNanos(Span other) {
      long from = other.fromNanos - fromNanos > 0 ? other.fromNanos : fromNanos;
      long until = other.untilNanos - untilNanos < 0 ? other.untilNanos : untilNanos;
      return until - from;
    }
  }

  /** Reads claims files; one that is not there holds none. */
  static LeaderClaims read(List<Path> files) {
    LeaderClaims claims = new LeaderClaims();
    for (Path file : files) {
      if (Files.exists(file)) {
        try {
          wholeLines(Files.readString(file)).forEach(line -> claims.add(Claim.parse(line)));
        } catch (IOException e) {
          throw new GameDayException("the claims in " + file + " cannot be read: " + e, e);
        }
      }
    }
    return claims;
  }

  /** The writer may be in the middle of a line, or have been killed there. */
  private static List<String> wholeLines(String text) {
    int end = text.lastIndexOf('\n');
    return end < 0 ? List.of() : text.substring(0, end).lines().toList();
  }

  void add(Claim claim) {
    spans.merge(
        new Reign(claim.role(), claim.epoch(), claim.member()),
        new Span(claim.afterNanos(), claim.beforeNanos()),
        (known, any) -> known.with(claim));
  }

  /** Every period with two leaders, as a sentence. */
  Set<String> periodsWithTwoLeaders() {
    Set<String> found = new TreeSet<>();
    List<Reign> reigns = new ArrayList<>(spans.keySet());
    for (int i = 0; i < reigns.size(); i++) {
      for (int j = i + 1; j < reigns.size(); j++) {
        judge(reigns.get(i), reigns.get(j), found);
      }
    }
    return found;
  }

  private void judge(Reign one, Reign other, Set<String> found) {
    if (!one.role().equals(other.role()) || one.member().equals(other.member())) {
      return;
    }
    long overlapNanos = span(one).overlapNanos(span(other));
    if (one.epoch() == other.epoch()) {
      found.add(
          "role %s: %s and %s both claim epoch %d"
              .formatted(one.role(), one.member(), other.member(), one.epoch()));
    } else if (overlapNanos > 0) {
      // No length in the text: while the overlap grows, it is still one period.
      found.add(
          "role %s: %s (epoch %d) and %s (epoch %d) led at once"
              .formatted(one.role(), one.member(), one.epoch(), other.member(), other.epoch()));
    }
  }

  private Span span(Reign reign) {
    Span span = spans.get(reign);
    if (span == null) {
      throw new IllegalArgumentException("nobody claimed " + reign);
    }
    return span;
  }
}

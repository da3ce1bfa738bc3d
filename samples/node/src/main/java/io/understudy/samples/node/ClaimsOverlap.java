package io.understudy.samples.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Judges claims files of one machine: were there ever two leaders of a role?
 *
 * <p>A claim's instant of validity lies somewhere in its interval. So a claim of an epoch that
 * <em>begins</em> after some claim of a higher epoch of the role <em>ended</em> proves that the
 * older leadership was still valid when the newer one already was: a violation. Two nodes that
 * claim one epoch are a violation whenever they do. Nothing else is judged: intervals that merely
 * touch prove nothing.
 */
final class ClaimsOverlap {
  private final Map<String, NavigableMap<Long, Reign>> roles = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private long claims;

  /** What is known of one epoch: its first claimant, when it surely began, and its last claim. */
  private record Reign(
      String role, long epoch, String node, long surelyBegunNanos, long lastClaimNanos) {
    Reign(Claim claim) {
      this(claim.role(), claim.epoch(), claim.node(), claim.afterNanos(), claim.beforeNanos());
    }

    Reign with(Claim claim) {
      boolean begins = claim.afterNanos() - surelyBegunNanos < 0;
      boolean lasts = claim.beforeNanos() - lastClaimNanos > 0;
      return new Reign(
          role,
          epoch,
          node,
          begins ? claim.afterNanos() : surelyBegunNanos,
          lasts ? claim.beforeNanos() : lastClaimNanos);
    }

    Optional<String> overlapWith(Reign newer) {
      long overlapNanos = lastClaimNanos - newer.surelyBegunNanos;
      return overlapNanos <= 0
          ? Optional.empty()
          : Optional.of(
              "role %s: %s led in epoch %d for at least %.3f ms after %s had begun epoch %d"
                  .formatted(role, node, epoch, overlapNanos / 1e6, newer.node, newer.epoch));
    }
  }

  /** Prints a verdict on the files named; exit status 1 if there were two leaders. */
  public static void main(String[] files) throws IOException {
    ClaimsOverlap overlap = new ClaimsOverlap();
    for (String file : files) {
      overlap.add(Path.of(file));
    }
    List<String> found = overlap.violations();
    found.forEach(System.out::println);
    System.out.println(overlap.claims() + " claims, " + found.size() + " overlaps");
    System.exit(found.isEmpty() ? 0 : 1);
  }

  /** Adds a file's claims. A file that is not there holds none. */
  void add(Path file) throws IOException {
    if (Files.exists(file)) {
      try (Stream<String> lines = Files.lines(file)) {
        lines.map(Claim::parse).forEach(this::add);
      }
    }
  }

  void add(Claim claim) {
    claims++;
    Reign reign =
        roles
            .computeIfAbsent(claim.role(), any -> new TreeMap<>())
            .merge(claim.epoch(), new Reign(claim), (known, any) -> known.with(claim));
    if (!reign.node().equals(claim.node())) {
      violations.add(
          "role %s epoch %d is claimed by %s and %s"
              .formatted(claim.role(), claim.epoch(), reign.node(), claim.node()));
    }
  }

  long claims() {
    return claims;
  }

  /** The epochs of a role that somebody claimed, ascending. */
  List<Long> epochs(String role) {
    return List.copyOf(roles.getOrDefault(role, new TreeMap<>()).keySet());
  }

  /** Every proof of two leaders at once, as a sentence; empty if there is none. */
  List<String> violations() {
    List<String> found = new ArrayList<>(violations.stream().distinct().toList());
    roles.values().forEach(reigns -> found.addAll(overlaps(reigns)));
    return found;
  }

  private static List<String> overlaps(NavigableMap<Long, Reign> reigns) {
    return reigns.values().stream()
        .flatMap(
            older ->
                reigns.tailMap(older.epoch(), false).values().stream()
                    .flatMap(newer -> older.overlapWith(newer).stream()))
        .toList();
  }
}

package io.understudy.ha.internal.placement;

import io.understudy.ha.MemberId;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One member's place in the ranking for a role.
 *
 * @param member the member
 * @param score the sum of the parts
 * @param parts what it consists of
 * @param exclusions why it cannot lead; empty if it can
 * @param reported whether it has reported: if not, what excludes it may not be known yet
 * @param weight its weight in the spread, unsigned; 0 if the role is not spread
 */
public record Candidate(
    MemberId member,
    int score,
    List<Part> parts,
    List<Exclusion> exclusions,
    boolean reported,
    long weight) {
  /**
   * Those that can lead first; by score; among equals the leader that sticks, then by weight, then
   * by id.
   */
  static final Comparator<Candidate> ORDER =
      Comparator.<Candidate>comparingInt(c -> c.canLead() ? 0 : 1)
          .thenComparing(Candidate::byPlace)
          .thenComparing(Candidate::member);

  /** Copies. */
  public Candidate {
    parts = List.copyOf(parts);
    exclusions = List.copyOf(exclusions);
  }

  /** Whether nothing that is known excludes it. */
  public boolean canLead() {
    return exclusions.isEmpty();
  }

  /** Whether a role can be moved to it on purpose: nothing excludes it, by its own word. */
  public boolean isReady() {
    return canLead() && reported;
  }

  /** Whether its place is reason enough to move a role to it; to have the lower id is none. */
  boolean isBetterThan(Candidate leader) {
    return byPlace(this, leader) < 0;
  }

  /** Why it cannot lead and what to do, in one line; empty if it can. */
  public String obstacle() {
    return exclusions.stream().map(Exclusion::text).collect(Collectors.joining("; it "));
  }

  /** Why it cannot lead, in one line; empty if it can. */
  String faults() {
    return exclusions.stream().map(Exclusion::what).collect(Collectors.joining("; it "));
  }

  private static int byPlace(Candidate one, Candidate other) {
    int byScore = Integer.compare(other.score, one.score);
    if (byScore != 0) {
      return byScore;
    }
    int bySticking = Boolean.compare(other.sticks(), one.sticks());
    return bySticking != 0 ? bySticking : Long.compareUnsigned(other.weight, one.weight);
  }

  private boolean sticks() {
    return !parts.isEmpty() && parts.get(parts.size() - 1).name().equals(Part.STICKINESS);
  }
}

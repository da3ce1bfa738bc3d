package io.understudy.ha;

import java.util.List;
import java.util.Optional;

/**
 * Why a role is where it is, and what the member that answers does about it.
 *
 * @param role the role
 * @param member the member that answers
 * @param leader who leads, as far as it knows
 * @param candidates all members that may lead by the roster, best first
 * @param verdict what it does about the role now, and why
 * @param warnings what somebody should mend, a sentence each: that the members have different rules
 *     for the role, for example
 * @param moves the last moves of the role that it saw, oldest first; at most 100 of all roles
 */
public record Explanation(
    String role,
    MemberId member,
    Optional<MemberId> leader,
    List<Candidate> candidates,
    String verdict,
    List<String> warnings,
    List<Move> moves) {
  /** Copies. */
  public Explanation {
    candidates = List.copyOf(candidates);
    warnings = List.copyOf(warnings);
    moves = List.copyOf(moves);
  }

  /**
   * One member's place.
   *
   * @param member the member
   * @param score the sum of the parts
   * @param parts what the score consists of
   * @param excludedBy why it cannot lead, each with what to do; empty if it can
   * @param reported whether it has reported lately; if not, what excludes it may not be known
   */
  public record Candidate(
      MemberId member, int score, List<Part> parts, List<String> excludedBy, boolean reported) {
    /** Copies. */
    public Candidate {
      parts = List.copyOf(parts);
      excludedBy = List.copyOf(excludedBy);
    }

    /**
     * Whether nothing that is known excludes it.
     *
     * @return true if it can lead
     */
    public boolean canLead() {
      return excludedBy.isEmpty();
    }
  }

  /**
   * A part of a score.
   *
   * @param name what it is for: {@code preference}, {@code spread}, {@code stickiness}
   * @param points how much
   */
  public record Part(String name, int points) {}
}

package io.understudy.ha;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Two members with as many votes each, and nobody else who votes: when one is lost the other has no
 * quorum. The rule and its explanation, for a configuration and for a roster that is changed. Pure.
 */
final class ThirdVote {
  private ThirdVote() {}

  /**
   * Why nobody could decide between two members.
   *
   * @param subject what has them, with its verb: {@code roster has}
   * @param roster the members
   * @param fence how one of the two fences the other, or null
   * @return the explanation with the ways out; empty if there is nothing to object to
   */
  static Optional<String> missing(
      String subject, List<RosterMember> roster, @Nullable FencePlan fence) {
    List<RosterMember> voters = roster.stream().filter(entry -> entry.votes() > 0).toList();
    boolean pair =
        voters.size() == 2
            && !voters.get(0).member().equals(voters.get(1).member())
            && voters.get(0).votes() == voters.get(1).votes()
            && voters.stream().noneMatch(RosterMember::witness);
    // Only of exactly two members is it clear who may fence whom.
    boolean fenced = endsProcesses(fence) && roster.size() == 2;
    return pair && !fenced
        ? Optional.of(explain(subject, voters, roster.size(), fence))
        : Optional.empty();
  }

  private static boolean endsProcesses(@Nullable FencePlan fence) {
    return fence != null && fence.endsProcesses();
  }

  private static String explain(
      String subject, List<RosterMember> voters, int size, @Nullable FencePlan fence) {
    MemberId one = voters.get(0).member();
    MemberId other = voters.get(1).member();
    return subject
        + (size == 2 ? " two members, [" : " two members that vote, [")
        + one
        + ", "
        + other
        + "], and no third vote: when one is lost the other can never tell whether it still"
        + " leads. Do one of three things: add a third member or a witness JVM (roster "
        + one
        + ","
        + other
        + ",w1:witness); add a witness row in a database (the same roster, and witnessStore); or"
        + " give each of the two a fence hook of scope PROCESS or MACHINE, which switches the other"
        + " off"
        + remark(size, fence);
  }

  private static String remark(int size, @Nullable FencePlan fence) {
    if (fence == null) {
      return "";
    }
    if (endsProcesses(fence)) {
      return " (the hook that is configured serves a roster of two members, this one has "
          + size
          + ")";
    }
    return fence.levels().size() == 1
        ? " (the hook that is configured is of scope RESOURCE)"
        : " (of the fence plan that is configured not every level has a hook of scope PROCESS or MACHINE)";
  }
}

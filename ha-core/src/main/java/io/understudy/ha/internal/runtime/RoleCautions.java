package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Roster;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a role demands and this cluster does not have. Nothing of it is refused: a roster can change
 * while the role runs, and an operator's word may be the fence that is wanted.
 */
final class RoleCautions {
  private RoleCautions() {}

  /**
   * What an operator should know.
   *
   * @param spec the role
   * @param roster in force
   * @param hasFence whether a fence hook is configured at this member
   * @return a sentence each
   */
  static List<String> of(RoleSpec spec, Roster roster, boolean hasFence) {
    return Stream.concat(strangers(spec, roster), unfenced(spec, hasFence)).toList();
  }

  private static Stream<String> strangers(RoleSpec spec, Roster roster) {
    List<MemberId> strangers =
        spec.placement().preference().stream().filter(m -> !roster.mayLead(m)).toList();
    if (strangers.isEmpty()) {
      return Stream.of();
    }
    String able =
        roster.members().stream()
            .map(RosterMember::member)
            .filter(roster::mayLead)
            .map(MemberId::value)
            .collect(Collectors.joining(", "));
    return Stream.of(
        "role %s prefers %s, but only %s may lead by the roster: mend the preference or the roster"
            .formatted(
                spec.name(),
                strangers.stream().map(MemberId::value).collect(Collectors.joining(", ")),
                able));
  }

  private static Stream<String> unfenced(RoleSpec spec, boolean hasFence) {
    return spec.takeover().fenceRequired() && !hasFence
        ? Stream.of(
            ("role %s demands a fence, and no fence hook is configured here: after a crash of its"
                    + " leader it waits for the word of an operator (confirmFenced)")
                .formatted(spec.name()))
        : Stream.of();
  }
}

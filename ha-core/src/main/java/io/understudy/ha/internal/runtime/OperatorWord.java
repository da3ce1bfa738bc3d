package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.OperationRefusedException.Cause;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.exclusion.Work;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What an operator says of another member: that its machine is off, which all elections and roles
 * hear, or that nothing of one role is left at work there, which that role alone hears. Who means
 * which is fixed by the call; neither ever turns into the other. Election thread, except where a
 * method says otherwise: what is checked must still be true when it is done.
 */
final class OperatorWord {
  private final MemberId self;
  private final NodeElection election;

  OperatorWord(MemberId self, NodeElection election) {
    this.self = self;
    this.election = election;
  }

  /**
   * The member's machine is off. The gates hear it first, as of a fence: the word may make this
   * member the leader. Nobody has promised anything to a stranger.
   *
   * @throws OperationRefusedException see {@link #requireOff}
   */
  void off(MemberId off) {
    requireOff(off);
    election.roles().all().forEach(role -> role.gate().confirmedOff(off));
    if (election.lives().roster().contains(off)) {
      election.lives().run(core -> core.inputAll(new Input.FenceConfirmed(off)));
    }
  }

  /**
   * Any thread; from another one than the election's the answer may be old.
   *
   * @throws OperationRefusedException if the member is this one, nobody that anybody waits for, or
   *     has not been silent for a lease in which this member listened
   */
  void requireOff(MemberId off) {
    requireOther(off);
    List<Work> named =
        election.roles().all().stream()
            .map(role -> role.gate().named())
            .filter(Objects::nonNull)
            .toList();
    boolean awaited = named.stream().anyMatch(work -> work.life().member().equals(off));
    Roster roster = election.lives().roster();
    if (!roster.contains(off) && !awaited) {
      throw new OperationRefusedException(Cause.UNKNOWN_MEMBER, stranger(off, roster, named));
    }
    String objection = election.view().silence().objectionTo(off);
    if (!objection.isEmpty()) {
      throw new OperationRefusedException(
          Cause.NOT_OFF,
          off
              + " may be alive: "
              + objection
              + (awaited
                  ? ". If it runs, and you have looked that nothing of a role is left at work"
                      + " there, say that of the role (confirmStopped)"
                  : ""));
    }
  }

  /**
   * Somebody has looked: nothing of the role is left at work at the member.
   *
   * @throws OperationRefusedException if the role was not declared here or its register does not
   *     name the member, or the member can speak for itself
   */
  void stopped(String role, MemberId member) {
    RoleRuntime declared = election.roles().get(role);
    if (declared == null) {
      throw new OperationRefusedException(
          Cause.UNKNOWN_ROLE, self + " does not campaign for role '" + role + "'");
    }
    requireOther(member);
    String unwatched = election.view().silence().objection();
    if (!unwatched.isEmpty()) {
      throw new OperationRefusedException(
          Cause.NOT_OFF, member + " may have declared " + role + ": " + unwatched);
    }
    boolean heard = !election.view().silence().objectionTo(member).isEmpty();
    declared.gate().confirmedStopped(member, heard);
  }

  private void requireOther(MemberId member) {
    if (member.equals(self)) {
      throw new OperationRefusedException(Cause.NOT_OFF, "member " + member + " is this one");
    }
  }

  private static String stranger(MemberId off, Roster roster, List<Work> named) {
    String members =
        roster.members().stream()
            .map(entry -> entry.member().value())
            .collect(Collectors.joining(", "));
    String works = named.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    return "member "
        + off
        + " is not in the roster ("
        + members
        + "), and no role here waits for its work; the registers name "
        + (works.isEmpty() ? "nobody" : works)
        + " as perhaps at work";
  }
}

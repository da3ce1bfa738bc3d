package io.understudy.ha.internal.runtime;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.OperationRefusedException.Cause;
import io.understudy.ha.Operator;
import io.understudy.ha.RosterAdmin;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Roster;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** The operations of a node, in somebody's name. */
final class OperatorDesk implements Operator {
  private final String by;
  private final MemberId self;
  private final NodeElection election;

  OperatorDesk(String by, MemberId self, NodeElection election) {
    this.by = by;
    this.self = self;
    this.election = election;
  }

  @Override
  public CompletionStage<LeaderInfo> handOver(String role, MemberId successor) {
    RoleRuntime declared = election.roles().get(role);
    return declared == null
        ? unknown("hand-over of " + role + " to " + successor, role)
        : declared.moves().handOver(successor, by);
  }

  @Override
  public CompletionStage<Void> resign(String role) {
    RoleRuntime declared = election.roles().get(role);
    return declared == null ? unknown("resignation of " + role, role) : declared.moves().resign(by);
  }

  @Override
  public CompletionStage<Void> resetFailCount(String role) {
    RoleRuntime declared = election.roles().get(role);
    return declared == null
        ? unknown("reset of the fail count of " + role, role)
        : declared.moves().resetFailCount(by);
  }

  private <T> CompletionStage<T> unknown(String what, String role) {
    return election
        .audit()
        .does(
            what,
            by,
            () -> {
              throw new OperationRefusedException(
                  Cause.UNKNOWN_ROLE, self + " does not campaign for role '" + role + "'");
            });
  }

  @Override
  public CompletionStage<Void> standby(boolean on) {
    return election
        .audit()
        .does("standby " + (on ? "on" : "off"), by, () -> election.does(() -> setStandby(on)));
  }

  private void setStandby(boolean on) {
    if (on) {
      election.groups().requireMovable();
    }
    election.roles().standby(on);
    election.facts().changed();
  }

  @Override
  public CompletionStage<Void> maintenance(boolean on) {
    return election
        .audit()
        .does(
            "maintenance " + (on ? "on" : "off"),
            by,
            () -> election.does(() -> election.facts().maintenance(on)));
  }

  @Override
  public RosterAdmin roster() {
    return new AuditedRoster(by, election.roster(), election.audit());
  }

  @Override
  public CompletionStage<Void> confirmFenced(MemberId off) {
    return election
        .audit()
        .does(
            "confirmation that " + off + " is off",
            by,
            () -> {
              requireOff(off);
              return election.does(() -> fenced(off));
            });
  }

  /**
   * Whoever is no voter, or runs, is off for the roles alone that wait for its work: nobody has
   * promised anything to a stranger, and what a member that runs says in elections counts.
   */
  private void fenced(MemberId off) {
    boolean runs = election.view().reachable().contains(off);
    if (!runs && election.lives().roster().contains(off)) {
      election.lives().run(core -> core.inputAll(new Input.FenceConfirmed(off)));
    }
    for (RoleRuntime role : election.roles().all()) {
      if (!runs || role.gate().named().undeclared()) {
        role.gate().confirmedOff(off);
      }
    }
  }

  private void requireOff(MemberId off) {
    if (off.equals(self)) {
      throw new OperationRefusedException(Cause.NOT_OFF, "member " + off + " is this one");
    }
    List<RoleGate.Named> named =
        election.roles().all().stream().map(role -> role.gate().named()).toList();
    Roster roster = election.lives().roster();
    if (!roster.contains(off) && named.stream().noneMatch(work -> work.is(off))) {
      throw new OperationRefusedException(Cause.UNKNOWN_MEMBER, stranger(off, roster, named));
    }
    boolean undeclared = named.stream().anyMatch(work -> work.is(off) && work.undeclared());
    if (election.view().reachable().contains(off) && !undeclared) {
      throw new OperationRefusedException(
          Cause.NOT_OFF, "member " + off + " was heard within the last lease, so it is not off");
    }
  }

  private static String stranger(MemberId off, Roster roster, List<RoleGate.Named> named) {
    String members =
        roster.members().stream()
            .map(entry -> entry.member().value())
            .collect(Collectors.joining(", "));
    String works =
        named.stream()
            .filter(work -> work.work() != null)
            .map(work -> String.valueOf(work.work()))
            .sorted()
            .collect(Collectors.joining(", "));
    return "member "
        + off
        + " is not in the roster ("
        + members
        + "), and no role here waits for its work; the registers name "
        + (works.isEmpty() ? "nobody" : works)
        + " as perhaps at work";
  }
}

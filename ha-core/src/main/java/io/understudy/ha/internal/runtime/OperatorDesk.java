package io.understudy.ha.internal.runtime;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.OperationRefusedException.Cause;
import io.understudy.ha.Operator;
import io.understudy.ha.RosterAdmin;
import java.util.concurrent.CompletionStage;

/** The operations of a node, in somebody's name. */
final class OperatorDesk implements Operator {
  private final String by;
  private final MemberId self;
  private final NodeElection election;
  private final OperatorWord word;

  OperatorDesk(String by, MemberId self, NodeElection election) {
    this.by = by;
    this.self = self;
    this.election = election;
    this.word = new OperatorWord(self, election);
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
              word.requireOff(off); // at once for who asks; what counts is the look that follows
              return election.does(() -> word.off(off));
            });
  }

  @Override
  public CompletionStage<Void> confirmStopped(String role, MemberId member) {
    return election
        .audit()
        .does(
            "confirmation that nothing of " + role + " is left at work at " + member,
            by,
            () -> election.does(() -> word.stopped(role, member)));
  }
}

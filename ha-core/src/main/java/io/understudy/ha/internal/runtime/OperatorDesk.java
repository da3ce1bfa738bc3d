package io.understudy.ha.internal.runtime;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.OperationRefusedException.Cause;
import io.understudy.ha.Operator;
import io.understudy.ha.internal.election.Input;
import java.util.concurrent.CompletionStage;

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

  private void fenced(MemberId off) {
    election.lives().run(core -> core.inputAll(new Input.FenceConfirmed(off)));
    election.roles().confirmedOff(off);
  }

  private void requireOff(MemberId off) {
    if (off.equals(self) || !election.lives().roster().contains(off)) {
      throw new OperationRefusedException(
          off.equals(self) ? Cause.NOT_OFF : Cause.UNKNOWN_MEMBER,
          "member " + off + " is " + (off.equals(self) ? "this one" : "not in the roster"));
    }
    if (election.view().reachable().contains(off)) {
      throw new OperationRefusedException(
          Cause.NOT_OFF, "member " + off + " was heard within the last lease, so it is not off");
    }
  }
}

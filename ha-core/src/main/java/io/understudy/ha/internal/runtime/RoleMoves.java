package io.understudy.ha.internal.runtime;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.internal.runtime.Successions.Succession;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** What people ask of one role, in somebody's name: to move, and to try again. Any thread. */
final class RoleMoves {
  private final String role;
  private final GroupRuntime group;
  private final RolePlacement placement;
  private final RoleRuntime.Shared shared;

  RoleMoves(String role, RoleRuntime.Parts parts, RoleRuntime.Shared shared) {
    this.role = role;
    this.group = parts.group();
    this.placement = parts.placement();
    this.shared = shared;
  }

  CompletionStage<Void> resign(String by) {
    placement.expect(by);
    return shared
        .audit()
        .does("resignation of " + role, by, this::resignAfterStop)
        .whenComplete(placement::asked);
  }

  private CompletionStage<Void> resignAfterStop() {
    return shared
        .requests()
        .does(group::requireMovable)
        .thenCompose(asked -> group.stoppedFirst(() -> shared.requests().resign(role)));
  }

  CompletionStage<LeaderInfo> handOver(MemberId successor, String by) {
    placement.expect(by);
    return shared
        .audit()
        .does("hand-over of " + role + " to " + successor, by, () -> handOverAndWait(successor))
        .whenComplete(placement::asked);
  }

  private CompletionStage<LeaderInfo> handOverAndWait(MemberId successor) {
    Succession succession = Succession.of(role, successor);
    return handOverAfterStop(succession).thenCompose(done -> succession.seen());
  }

  /** Who could not take over anyhow is refused before anything stops. */
  private CompletionStage<Void> handOverAfterStop(Succession succession) {
    Supplier<CompletionStage<Void>> resigns = () -> shared.requests().handOver(succession);
    AtomicBoolean could = new AtomicBoolean();
    return shared
        .requests()
        .does(
            () -> {
              group.requireMovable();
              could.set(shared.couldLead().test(role, succession.successor()));
            })
        .thenCompose(asked -> could.get() ? group.stoppedFirst(resigns) : resigns.get());
  }

  CompletionStage<Void> resetFailCount(String by) {
    return shared
        .audit()
        .does(
            "reset of the fail count of " + role,
            by,
            () -> shared.requests().does(group::resetFailCount));
  }
}

package io.understudy.ha.internal.runtime;

import io.understudy.ha.LeaderInfo;
import io.understudy.ha.MemberId;
import io.understudy.ha.RevokeReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    return group.stoppedFirst(() -> resigns(null, RevokeReason.RESIGNED));
  }

  CompletionStage<LeaderInfo> handOver(MemberId successor, String by) {
    placement.expect(by);
    return shared
        .audit()
        .does("hand-over of " + role + " to " + successor, by, () -> handOverAndWait(successor))
        .whenComplete(placement::asked);
  }

  private CompletionStage<LeaderInfo> handOverAndWait(MemberId successor) {
    CompletableFuture<LeaderInfo> seen = shared.requests().awaitLeader(role, successor);
    return handOverAfterStop(successor)
        .thenCompose(done -> seen)
        .whenComplete((info, failure) -> seen.cancel(false));
  }

  /** Who could not take over anyhow is refused before anything stops. */
  private CompletionStage<Void> handOverAfterStop(MemberId successor) {
    Supplier<CompletionStage<Void>> resigns = () -> resigns(successor, RevokeReason.HANDED_OVER);
    AtomicBoolean could = new AtomicBoolean();
    return shared
        .requests()
        .does(() -> could.set(shared.couldLead().test(role, successor)))
        .thenCompose(asked -> could.get() ? group.stoppedFirst(resigns) : resigns.get());
  }

  private CompletionStage<Void> resigns(@Nullable MemberId successor, RevokeReason reason) {
    return shared.requests().resign(role, successor, reason);
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

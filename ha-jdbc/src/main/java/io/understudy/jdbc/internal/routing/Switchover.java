package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A planned change of writer, as the director that was asked for it sees it. Immutable. What binds
 * a successor is in the assignment; this is for the one who asked.
 *
 * @param from the writer
 * @param to who shall be
 * @param askedNanos when it was asked for
 * @param outcome how it ended; UNDER_WAY until then
 * @param reason why it ended so
 * @param passed what was done, in order
 */
public record Switchover(
    String from, String to, long askedNanos, Outcome outcome, String reason, List<Passed> passed) {
  /** Copies. */
  public Switchover {
    passed = List.copyOf(passed);
  }

  /**
   * A step that was done.
   *
   * @param step which
   * @param atNanos when
   */
  public record Passed(Step step, long atNanos) {}

  static Switchover asked(String from, String to, long nowNanos) {
    return new Switchover(from, to, nowNanos, Outcome.UNDER_WAY, "", List.of());
  }

  /**
   * Whether it goes on.
   *
   * @return false once there is an outcome
   */
  public boolean isUnderWay() {
    return outcome == Outcome.UNDER_WAY;
  }

  /** Whether nobody has been held for it yet. */
  boolean isPending() {
    return isUnderWay() && passed.isEmpty();
  }

  boolean isDrained() {
    return passed.stream().anyMatch(it -> it.step() == Step.DRAINED);
  }

  /**
   * The same, ended.
   *
   * @param how it ended
   * @param why for people
   * @return the changed one
   */
  public Switchover ended(Outcome how, String why) {
    return new Switchover(from, to, askedNanos, how, why, passed);
  }

  /** The same after an action was done. */
  Switchover after(Action done, long nowNanos) {
    Optional<Step> step = isUnderWay() ? stepOf(done) : Optional.empty();
    if (step.isEmpty()) {
      return this;
    }
    List<Passed> more = new ArrayList<>(passed);
    more.add(new Passed(step.get(), nowNanos));
    Switchover longer = new Switchover(from, to, askedNanos, outcome, reason, more);
    if (done instanceof Action.Commit commit) {
      boolean endsWaiting = isPending() && commit.assignment().phase() == Phase.FAILING_OVER;
      boolean asAsked = endsWaiting && commit.assignment().candidate().equals(to);
      return asAsked ? longer : longer.committed(commit.assignment());
    }
    return longer;
  }

  private Optional<Step> stepOf(Action done) {
    if (done instanceof Action.Commit commit) {
      return switch (commit.assignment().phase()) {
        case DRAINING -> Optional.of(Step.HELD);
        case SERVING -> isPending() ? Optional.empty() : Optional.of(Step.RELEASED);
        case CHECKING, SWITCHING, FAILING_OVER, REFUSED -> Optional.of(Step.WITHDRAWN);
      };
    } else if (passed.isEmpty()) {
      return Optional.empty(); // done for something else, before this began
    } else if (done instanceof Action.Drain) {
      return Optional.of(Step.DRAINED);
    } else if (done instanceof Action.Settle) {
      return Optional.of(Step.SETTLED);
    } else if (done instanceof Action.Fence) {
      return Optional.of(Step.FENCED);
    } else if (done instanceof Action.CatchUp) {
      return Optional.of(Step.CAUGHT_UP);
    }
    return done instanceof Action.Open ? Optional.of(Step.OPENED) : Optional.empty();
  }

  private Switchover committed(Assignment assignment) {
    return switch (assignment.phase()) {
      case DRAINING, SWITCHING -> this;
      case SERVING -> {
        boolean switched = assignment.writer().equals(to);
        boolean back = assignment.writer().equals(from);
        Outcome how = switched ? Outcome.SWITCHED : back ? Outcome.ROLLED_BACK : Outcome.OVERTAKEN;
        yield ended(how, switched ? "" : assignment.reason());
      }
      case CHECKING, FAILING_OVER, REFUSED -> ended(Outcome.OVERTAKEN, assignment.reason());
    };
  }
}

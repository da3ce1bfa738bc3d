package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Decision.act;
import static io.understudy.jdbc.internal.routing.Decision.await;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.Drain;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.ServerFacts.Replication;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The planned part of what a {@link DirectorMachine} decides: whether a change of writer may begin,
 * when the old writer may be withdrawn, and when to go back.
 *
 * <pre>
 *   phase      what happened                                  then
 *   SERVING    asked for, and nothing speaks against it       commit DRAINING, same generation
 *   DRAINING   all connections are back, or the time is over  commit SWITCHING, a new generation
 *   DRAINING   anything else, or a new director               commit SERVING, same generation
 *   SWITCHING  settled, fenced, caught up, opened             commit SERVING
 *   SWITCHING  a step failed, or the next writer was lost     commit SWITCHING back, a new generation
 *   SWITCHING  the last writer was lost                       FAILING_OVER, as after any loss
 * </pre>
 *
 * <p>Whichever way SWITCHING goes, everybody but the candidate is fenced and the candidate has all
 * that they have before it is opened, as with any change. It goes back once and not to and fro: on
 * the way back a failed step is tried again until it succeeds or the last writer is lost.
 */
final class SwitchoverMachine {
  private final Rules rules;

  SwitchoverMachine(Rules rules) {
    this.rules = rules;
  }

  /**
   * What speaks against a change of writer.
   *
   * @return one reason and what to do, empty text if it may begin
   */
  String refusal(DirectorState state, String to) {
    Assignment assignment = state.assignment();
    Judgement judgement = new Judgement(rules, state);
    if (assignment.phase() != Phase.SERVING) {
      return assignment.phase().isPlanned()
          ? "a switchover is under way: " + assignment.reason()
          : "there is no writer: " + assignment.reason();
    }
    if (state.switchover().map(Switchover::isUnderWay).orElse(false)) {
      return "a switchover to %s is under way".formatted(state.switchover().get().to());
    }
    if (state.find(to) == null) {
      return "there is no such master: they are " + state.masters().keySet();
    }
    if (assignment.writer().equals(to)) {
      return "it is the writer";
    }
    if (!judgement.unobserved().isEmpty()) {
      return "the masters %s are not probed yet".formatted(judgement.unobserved());
    }
    return objection(state, judgement, to);
  }

  /** What speaks against it that may change while it is prepared. */
  private String objection(DirectorState state, Judgement judgement, String to) {
    MasterView writer = state.find(state.assignment().writer());
    MasterView next = state.find(to);
    if (writer == null || next == null) {
      return "the masters configured here are " + state.masters().keySet();
    }
    for (MasterView master : List.of(writer, next)) {
      if (!master.reachable()) {
        return "%s does not answer: %s".formatted(master.name(), master.problem());
      }
      if (!master.facts().map(ServerFacts::gtid).orElse(false)) {
        return master.name() + " has no GTIDs, so nothing can prove that none is missing";
      }
    }
    if (!writer.isIn(Mode.OPEN) || !next.isIn(Mode.CLOSED)) {
      return "%s is not yet open or %s not yet read-only: try again"
          .formatted(writer.name(), next.name());
    }
    List<String> refusals = judgement.refusals();
    if (!refusals.isEmpty()) {
      return String.join("; ", refusals);
    }
    if (!next.findings().unfit().isEmpty()) {
      return next.findings().unfit();
    }
    long stranded = judgement.stranded(to);
    return stranded > 0
        ? "%s holds %d transactions that %s lacks: review them first"
            .formatted(to, stranded, writer.name())
        : behind(next);
  }

  private String behind(MasterView next) {
    Replication replication = next.facts().map(ServerFacts::replication).orElse(Replication.NONE);
    if (!replication.running()) {
      return "%s does not replicate (%s): mend that first".formatted(next.name(), replication);
    }
    OptionalLong lag = replication.lagSeconds();
    if (lag.isEmpty() || lag.getAsLong() > rules.maxLagSeconds()) {
      return "%s is %s s behind, at most %d are allowed: wait until it has caught up"
          .formatted(
              next.name(),
              lag.isEmpty() ? "nobody knows how many" : lag.getAsLong(),
              rules.maxLagSeconds());
    }
    return "";
  }

  /** Drops one for which nobody has been held yet, if it cannot begin any more. */
  DirectorState withoutImpossible(DirectorState state) {
    Optional<Switchover> pending =
        state.switchover().filter(it -> it.isPending() && state.assignment().isServing());
    String against =
        pending.map(it -> objection(state, new Judgement(rules, state), it.to())).orElse("");
    return against.isEmpty()
        ? state
        : state.withSwitchover(pending.map(it -> it.ended(Outcome.ROLLED_BACK, against)));
  }

  /** In phase SERVING with a writer that is well: whether one begins. */
  Optional<Decision> begin(DirectorState state) {
    return state
        .switchover()
        .filter(Switchover::isPending)
        .map(
            it ->
                act(
                    new Commit(
                        state
                            .assignment()
                            .draining(
                                it.to(),
                                "planned switchover from %s to %s"
                                    .formatted(it.from(), it.to())))));
  }

  /** In phase DRAINING. */
  Decision drain(DirectorState state, Judgement judgement) {
    Assignment assignment = state.assignment();
    Optional<Switchover> mine = state.switchover().filter(Switchover::isUnderWay);
    String against =
        mine.isEmpty()
            ? "its director was replaced before the writer was withdrawn"
            : objection(state, judgement, mine.get().to());
    String setback = against.isEmpty() ? state.progress().setback() : against;
    if (!setback.isEmpty()) {
      String why = "the switchover to %s was rolled back: %s";
      return act(new Commit(assignment.resuming(why.formatted(assignment.candidate(), setback))));
    }
    return mine.get().isDrained()
        ? act(
            new Commit(
                assignment.preparing(Phase.SWITCHING, assignment.candidate(), assignment.reason())))
        : act(new Drain());
  }

  /**
   * In phase SWITCHING: what is to be done instead of going on.
   *
   * @return empty to go on with the candidate, as with any change
   */
  Optional<Decision> change(DirectorState state, Judgement judgement) {
    Assignment assignment = state.assignment();
    MasterView last = state.find(assignment.previous());
    if (last == null || judgement.isGone(last) || isGoingBack(assignment)) {
      return Optional.empty();
    }
    String to = assignment.candidate();
    MasterView next = state.find(to);
    String setback = state.progress().setback();
    if (next == null || !next.reachable()) {
      setback = to + " does not answer: " + (next == null ? "not configured" : next.problem());
    }
    if (!setback.isEmpty()) {
      String why = "the switchover from %s to %s goes back: %s".formatted(last.name(), to, setback);
      return Optional.of(act(new Commit(assignment.preparing(Phase.SWITCHING, last.name(), why))));
    }
    return last.reachable()
        ? Optional.empty()
        : Optional.of(await(last.name() + " does not answer: " + last.problem()));
  }

  /** Whether the writer that was withdrawn is being prepared again. */
  static boolean isGoingBack(Assignment assignment) {
    return assignment.phase() == Phase.SWITCHING
        && assignment.candidate().equals(assignment.previous());
  }

  /** Whether a failed action makes a planned change go back, instead of being tried again. */
  static boolean isSetback(Assignment assignment, Action failed) {
    return failed instanceof Drain
        || (assignment.phase() == Phase.SWITCHING
            && !isGoingBack(assignment)
            && !(failed instanceof Commit));
  }
}

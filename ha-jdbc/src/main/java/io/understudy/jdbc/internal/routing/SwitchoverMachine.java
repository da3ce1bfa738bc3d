package io.understudy.jdbc.internal.routing;

import static io.understudy.jdbc.internal.routing.Decision.act;
import static io.understudy.jdbc.internal.routing.Decision.await;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.Drain;
import io.understudy.jdbc.internal.routing.Action.Follow;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import io.understudy.jdbc.internal.routing.ServerFacts.Replication;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The planned part of what a {@link DirectorMachine} decides: whether a change of writer may begin,
 * when the old writer may be withdrawn, and when to go back.
 *
 * <pre>
 *   phase      what happened                                  then
 *   SERVING    asked for, and nothing speaks against it       let the writer replicate, then
 *                                                             commit DRAINING, same generation
 *   SERVING    it could not begin in time                     given up, nobody was held
 *   DRAINING   all connections are back, or the time is over  commit SWITCHING, a new generation
 *   DRAINING   anything else, or a new director               commit SERVING, same generation
 *   SWITCHING  settled, fenced, caught up, opened             commit SERVING
 *   SWITCHING  a step failed, or the next writer was lost     commit SWITCHING back, a new generation
 *   SWITCHING  the last writer was lost                       FAILING_OVER, as after any loss
 *   SWITCHING  back, and another was lost that may be open    FAILING_OVER, which names it
 *   SWITCHING  nothing went on for too long                   FAILING_OVER, which says why
 * </pre>
 *
 * <p>Whichever way SWITCHING goes, everybody but the candidate is fenced and the candidate has all
 * that they have before it is opened, as with any change. It goes back once and not to and fro: on
 * the way back a failed step is tried again until it succeeds, the last writer is lost, or the time
 * is over. The end of that time opens nobody: it tells everybody that this takes longer than
 * borrowers wait, and why.
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
    if (next.isShortOfSpace()) {
      return "the disk of %s is full: %s".formatted(next.name(), next.findings().fullDisk());
    }
    for (MasterView other : judgement.others(writer.name())) {
      long stranded = judgement.stranded(other.name());
      if (stranded > 0 && other.reachable()) {
        return "%s holds %d transactions that %s lacks: review them first"
            .formatted(other.name(), stranded, writer.name());
      }
    }
    return replication(writer).configured()
        ? behind(next)
        : "%s replicates from nobody, so it could not be the writer again if the change failed: configure that first"
            .formatted(writer.name());
  }

  private static Replication replication(MasterView master) {
    return master.facts().map(ServerFacts::replication).orElse(Replication.NONE);
  }

  private String behind(MasterView next) {
    Replication replication = replication(next);
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
  DirectorState withoutImpossible(DirectorState state, long nowNanos) {
    boolean begins =
        state.running().filter(it -> it instanceof Commit commit && isDraining(commit)).isPresent();
    Optional<Switchover> pending =
        state
            .switchover()
            .filter(it -> it.isPending() && state.assignment().isServing() && !begins)
            .filter(it -> !onlyEndsWaiting(state));
    if (pending.isEmpty()) {
      return state;
    }
    Switchover asked = pending.get();
    String against = objection(state, new Judgement(rules, state), asked.to());
    if (against.isEmpty() && nowNanos - asked.askedNanos() > rules.plannedNanos()) {
      against =
          "it did not begin within %d ms: %s"
              .formatted(
                  Duration.ofNanos(rules.plannedNanos()).toMillis(),
                  state.trouble().isEmpty() ? "busy with " + state.running() : state.trouble());
    }
    return against.isEmpty()
        ? state
        : state.withSwitchover(Optional.of(asked.ended(Outcome.ROLLED_BACK, against)));
  }

  /** Whether it was asked for a failover that is put off, and the writer is lost still. */
  private static boolean onlyEndsWaiting(DirectorState state) {
    MasterView writer = state.find(state.assignment().writer());
    boolean lost = writer == null || !writer.reachable() || writer.isShortOfSpace();
    return state.progress().stay().released() && lost;
  }

  private static boolean isDraining(Commit commit) {
    return commit.assignment().phase() == Phase.DRAINING;
  }

  /**
   * In phase SERVING with a writer that is well: whether one begins. The writer has to replicate
   * before: if the next one is open for a moment and the change goes back then, that is how the
   * writer gets what was written there. Nobody holds transactions that it lacks, so nothing else
   * comes along.
   */
  Optional<Decision> begin(DirectorState state, MasterView writer) {
    return state.switchover().filter(Switchover::isPending).map(it -> begin(it, state, writer));
  }

  private static Decision begin(Switchover asked, DirectorState state, MasterView writer) {
    boolean fit = writer.findings().unfit().isEmpty(); // else it would skip what it lacks
    if (replication(writer).stopped() && !writer.followed() && fit) {
      return act(new Follow(writer.name()));
    }
    if (!replication(writer).running()) {
      return await(
          "%s does not replicate (%s), so it could not be the writer again"
              .formatted(writer.name(), replication(writer)));
    }
    String why = "planned switchover from %s to %s".formatted(asked.from(), asked.to());
    return act(new Commit(state.assignment().draining(asked.to(), why)));
  }

  /** In phase DRAINING. */
  Decision drain(DirectorState state, Judgement judgement) {
    Assignment assignment = state.assignment();
    Optional<Switchover> mine =
        state.switchover().filter(it -> it.isUnderWay() && it.to().equals(assignment.candidate()));
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
  Optional<Decision> change(DirectorState state, Judgement judgement, long nowNanos) {
    Assignment assignment = state.assignment();
    MasterView last = state.find(assignment.previous());
    if (last == null || judgement.isGone(last)) {
      return Optional.empty();
    }
    if (isGoingBack(assignment)) {
      return notOnlyPlanned(assignment, judgement).or(() -> stuck(state, nowNanos));
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
    return stuck(state, nowNanos);
  }

  /** On the way back another is lost, and with it the proof that it is closed. */
  private static Optional<Decision> notOnlyPlanned(Assignment assignment, Judgement judgement) {
    List<String> open = judgement.mayBeOpen(assignment.candidate());
    return open.isEmpty()
        ? Optional.empty()
        : Optional.of(failOver(assignment, assignment.leavingOpen(open).reason()));
  }

  /** What it waits for may never come, as a server that declines is never gone. */
  private Optional<Decision> stuck(DirectorState state, long nowNanos) {
    boolean waits = !state.trouble().isEmpty();
    if (!waits || !state.progress().isOlderThan(rules.plannedNanos(), nowNanos)) {
      return Optional.empty();
    }
    String why =
        "the planned change to %s is stuck after %d ms: %s"
            .formatted(
                state.assignment().candidate(),
                Duration.ofNanos(rules.plannedNanos()).toMillis(),
                state.trouble());
    return Optional.of(failOver(state.assignment(), why));
  }

  private static Decision failOver(Assignment assignment, String why) {
    return act(new Commit(assignment.preparing(Phase.FAILING_OVER, assignment.candidate(), why)));
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

package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.Phase;
import io.understudy.jdbc.internal.routing.Action.CatchUp;
import io.understudy.jdbc.internal.routing.Action.Commit;
import io.understudy.jdbc.internal.routing.Action.Drain;
import io.understudy.jdbc.internal.routing.Action.Fence;
import io.understudy.jdbc.internal.routing.Action.Follow;
import io.understudy.jdbc.internal.routing.Action.HandOver;
import io.understudy.jdbc.internal.routing.Action.Open;
import io.understudy.jdbc.internal.routing.Action.Settle;
import io.understudy.jdbc.internal.routing.DirectorState.Progress;
import io.understudy.jdbc.internal.routing.Input.Done;
import io.understudy.jdbc.internal.routing.Input.Failed;
import io.understudy.jdbc.internal.routing.Input.Heard;
import io.understudy.jdbc.internal.routing.Input.Probed;
import io.understudy.jdbc.internal.routing.Input.SwitchAsked;
import io.understudy.jdbc.internal.routing.ServerFacts.Mode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides what a director does. Pure: a function of state, input and time.
 *
 * <p>It does not follow a script. After each input it looks at the committed assignment and at what
 * is known of the masters, and names the first thing that is missing on the way to one open, agreed
 * writer. So a director that takes over in the middle of a change goes on where the assignment
 * stands:
 *
 * <pre>
 *   nobody writes:                            SERVING:
 *   every master probed once                  writer gone or full, another fit -> commit FAILING_OVER
 *   ids proved unique, else commit REFUSED    another master not closed        -> fence it
 *   candidate committed (nobody writes)       writer read-only (it restarted)  -> settle, open
 *   settled: nobody uses the last writer      standby not replicating          -> follow, once
 *   every other master fenced, or gone        knowledge changed                -> commit it
 *   candidate caught up
 *   candidate opened
 *   commit SERVING
 * </pre>
 *
 * <p>Planned changes are decided by the {@link SwitchoverMachine}. Probes never cease, so every
 * state is looked at again within a probe interval.
 */
public final class DirectorMachine {
  private final Rules rules;
  private final SwitchoverMachine planned;
  private final Vantage vantage;
  private final FlapGuard flaps;

  /**
   * Makes a machine.
   *
   * @param rules what it is told once
   */
  public DirectorMachine(Rules rules) {
    this.rules = rules;
    this.planned = new SwitchoverMachine(rules);
    this.vantage = new Vantage(rules);
    this.flaps = new FlapGuard(rules.minimumWriterNanos());
  }

  /**
   * Whether a planned change of writer may begin.
   *
   * @param state where the director stands
   * @param to who shall be the writer
   * @return what speaks against it and what to do; empty if nothing does
   */
  public String refusal(DirectorState state, String to) {
    return overrides(state, to) ? "" : planned.refusal(state, to);
  }

  /** Whether an order only ends the waiting of a failover that is put off. */
  private boolean overrides(DirectorState state, String to) {
    boolean held = state.progress().stay().heldUntilNanos().isPresent();
    return held && new Judgement(rules, state).candidate().filter(to::equals).isPresent();
  }

  /**
   * Takes one input.
   *
   * @param state where the director stands
   * @param input what happened
   * @param nowNanos monotonic time
   * @return the next state and what to do
   */
  public Step step(DirectorState state, Input input, long nowNanos) {
    DirectorState absorbed = absorb(state, input, nowNanos);
    DirectorState possible =
        planned.withoutImpossible(
            absorbed.withProgress(absorbed.progress().begun(nowNanos)), nowNanos);
    DirectorState next = vantage.track(possible, nowNanos);
    boolean holding =
        next.holdUntilNanos().isPresent() && nowNanos - next.holdUntilNanos().getAsLong() < 0;
    if (holding || (next.running().isPresent() && !next.isDraining())) {
      return new Step(next, Optional.empty());
    }
    Decision decision =
        vantage.orHandOver(decide(next, new Judgement(rules, next), nowNanos), next, nowNanos);
    if (next.isDraining() && next.running().equals(decision.action())) {
      return new Step(next, Optional.empty()); // it goes on
    }
    String trouble = decision.action().isPresent() ? next.trouble() : decision.trouble();
    DirectorState doing = next.doing(decision.action(), trouble);
    return new Step(flaps.note(doing, decision, nowNanos), decision.action());
  }

  private Decision decide(DirectorState state, Judgement judgement, long nowNanos) {
    return switch (state.assignment().phase()) {
      case SERVING -> maintain(state, judgement, nowNanos);
      case DRAINING -> planned.drain(state, judgement);
      case SWITCHING ->
          judgement.unobserved().isEmpty()
              ? planned
                  .change(state, judgement, nowNanos)
                  .orElseGet(() -> prepare(state, judgement))
              : prepare(state, judgement);
      case CHECKING, FAILING_OVER, REFUSED -> prepare(state, judgement);
    };
  }

  private DirectorState absorb(DirectorState state, Input input, long nowNanos) {
    if (input instanceof Probed probed) {
      return state.withMaster(
          probed.master(), it -> it.after(probed.observation(), rules.probeFailures()));
    }
    if (input instanceof Heard heard) {
      return state.withSightings(heard.sightings());
    }
    if (input instanceof SwitchAsked asked) {
      if (!refusal(state, asked.to()).isEmpty()) {
        return state;
      }
      DirectorState told = overrides(state, asked.to()) ? FlapGuard.released(state) : state;
      return told.withSwitchover(
          Optional.of(Switchover.asked(state.assignment().writer(), asked.to(), nowNanos)));
    }
    if (input instanceof Done done) {
      DirectorState idle = state.idle(OptionalLong.empty(), "");
      return finish(idle, done.action())
          .withSwitchover(state.switchover().map(it -> it.after(done.action(), nowNanos)));
    }
    return failed(state, (Failed) input, nowNanos);
  }

  private DirectorState failed(DirectorState before, Failed failed, long nowNanos) {
    Action action = failed.action();
    DirectorState state = // its answer may be lost, and the server open
        action instanceof Open open
            ? before.withMaster(open.master(), it -> it.inMode(Mode.UNKNOWN))
            : unfenced(before, failed);
    if (action instanceof HandOver refused) {
      return vantage.refused(
          state.idle(OptionalLong.of(nowNanos + rules.retryNanos()), failed.message()),
          refused.member(),
          nowNanos);
    }
    if (SwitchoverMachine.isSetback(state.assignment(), action)) {
      DirectorState idle = state.idle(OptionalLong.empty(), failed.message());
      return idle.withProgress(idle.progress().withSetback(failed.message()));
    }
    DirectorState idle =
        state.idle(OptionalLong.of(nowNanos + rules.retryNanos()), failed.message());
    boolean goOn =
        action instanceof Follow
            || (action instanceof CatchUp
                && rules.openUnapplied()
                && state.assignment().phase() != Phase.SWITCHING);
    return goOn ? finish(idle, action) : idle;
  }

  /** Remembers a full server that could not be closed, so that nobody waits for it. */
  private DirectorState unfenced(DirectorState state, Failed failed) {
    boolean stuck = failed.hanging() && failed.action() instanceof Fence;
    MasterView master = stuck ? state.find(((Fence) failed.action()).master()) : null;
    return master != null && new Judgement(rules, state).isFull(master)
        ? state.withProgress(state.progress().withUnfenced(master.name()))
        : state;
  }

  private static DirectorState finish(DirectorState state, Action action) {
    Progress progress = state.progress();
    if (action instanceof Commit commit) {
      return state.withAssignment(commit.assignment());
    }
    if (action instanceof Settle) {
      return state.withProgress(progress.withSettled());
    }
    if (action instanceof Fence fence) {
      return state.withMaster(fence.master(), it -> it.inMode(Mode.CLOSED));
    }
    if (action instanceof CatchUp) {
      return state.withProgress(progress.withCaughtUp());
    }
    if (action instanceof Open open) {
      return state
          .withMaster(open.master(), it -> it.inMode(Mode.OPEN))
          .withProgress(progress.withOpened());
    }
    if (action instanceof Drain || action instanceof HandOver) {
      return state;
    }
    return state.withMaster(((Follow) action).master(), MasterView::withFollowed);
  }

  private Decision prepare(DirectorState state, Judgement judgement) {
    if (!judgement.unobserved().isEmpty()) {
      return Decision.await("waits for the first probe of " + judgement.unobserved());
    }
    Assignment assignment = state.assignment();
    Phase phase = assignment.lastWriter().isEmpty() ? Phase.CHECKING : Phase.FAILING_OVER;
    if (!judgement.neverReached().isEmpty()) {
      return note(
          assignment,
          phase,
          "%s was never reached, so nothing proves that its ids are its own: start it once"
              .formatted(String.join(", ", judgement.neverReached())));
    }
    List<String> refusals = judgement.refusals();
    if (!refusals.isEmpty()) {
      return note(assignment, Phase.REFUSED, String.join("; ", refusals));
    }
    Optional<String> candidate = judgement.candidate();
    if (candidate.isEmpty()) {
      return note(assignment, phase, judgement.whyNobody());
    }
    String name = candidate.get();
    if (!assignment.candidate().equals(name) || beginsAnew(state, judgement)) {
      String why = because(state, judgement) + judgement.whyRather(name);
      return Decision.act(new Commit(assignment.preparing(phase, name, why)));
    }
    return advance(state, judgement, name);
  }

  /** A planned change whose last writer was lost is none any more. */
  private static boolean beginsAnew(DirectorState state, Judgement judgement) {
    Assignment assignment = state.assignment();
    MasterView last = state.find(assignment.lastWriter());
    return assignment.phase() == Phase.REFUSED
        || (assignment.phase() == Phase.SWITCHING && (last == null || judgement.isGone(last)));
  }

  /** Tells everybody why nobody writes: once, and again when the reason changes. */
  private static Decision note(Assignment assignment, Phase phase, String reason) {
    boolean told =
        assignment.phase() == phase
            && assignment.candidate().isEmpty()
            && assignment.reason().equals(Assignment.oneLine(reason));
    return told
        ? Decision.await(reason)
        : Decision.act(new Commit(assignment.preparing(phase, "", reason)));
  }

  private static String because(DirectorState state, Judgement judgement) {
    MasterView last = state.find(state.assignment().lastWriter());
    if (last == null) {
      return "first writer";
    }
    if (judgement.isGone(last)) {
      return judgement.whyGone(last);
    }
    return judgement.isFull(last)
        ? judgement.whyFull(last)
        : "the change of writer from " + last.name() + " began anew";
  }

  private static Decision advance(DirectorState state, Judgement judgement, String candidate) {
    if (!state.progress().settled()) {
      return Decision.act(new Settle());
    }
    Optional<Action> fence = firstFence(judgement, candidate);
    if (fence.isPresent()) {
      return Decision.act(fence.get());
    }
    Optional<MasterView> unclosed = judgement.unclosed(candidate).stream().findFirst();
    if (unclosed.isPresent()) {
      return Decision.await(judgement.whyAwaited(unclosed.get()) + ", so it may be open");
    }
    MasterView view = state.find(candidate);
    if (view == null || !view.reachable()) {
      return Decision.await(
          view == null ? candidate + " is not configured" : judgement.whyAwaited(view));
    }
    if (!state.progress().caughtUp()) {
      return Decision.act(catchUp(state, judgement, view));
    }
    Assignment assignment = state.assignment();
    if (!state.progress().opened()) {
      Assignment told = assignment.leavingOpen(judgement.mayBeOpen(candidate));
      return Decision.act(told.equals(assignment) ? new Open(candidate) : new Commit(told));
    }
    return Decision.act(
        new Commit(assignment.serving(assignment.reason()).knowing(judgement.records())));
  }

  private static Optional<Action> firstFence(Judgement judgement, String exempt) {
    return judgement.others(exempt).stream()
        .filter(it -> it.reachable() && !it.isIn(Mode.CLOSED) && !judgement.isStuck(it))
        .<Action>map(it -> new Fence(it.name()))
        .findFirst();
  }

  /** While a lost writer has to stay, no other master may be open beside it. */
  private static Decision orFence(Decision idle, Judgement judgement, MasterView writer) {
    return firstFence(judgement, writer.name())
        .map(idle::doing)
        .orElseGet(() -> orFenceStuck(idle, judgement, writer.name()));
  }

  /** One that could not be closed is tried again and again, if there is nothing else to do. */
  private static Decision orFenceStuck(Decision idle, Judgement judgement, String writer) {
    return judgement.others(writer).stream()
        .filter(it -> idle.action().isEmpty() && judgement.isStuck(it) && !it.isIn(Mode.CLOSED))
        .findFirst()
        .map(it -> idle.doing(new Fence(it.name())))
        .orElse(idle);
  }

  /**
   * With every other master closed and answering, the candidate can have all that they have.
   * Otherwise what it received is all it gets: it must apply that, and must not fetch the rest by
   * itself later. Transactions that are to be reviewed first are not waited for. In a planned
   * change only the last writer has anything that the next one may lack; on the way back that is
   * whoever was to be the next one.
   */
  private static CatchUp catchUp(DirectorState state, Judgement judgement, MasterView candidate) {
    Assignment assignment = state.assignment();
    List<MasterView> others = judgement.others(candidate.name());
    if (assignment.phase() == Phase.SWITCHING) {
      boolean back = SwitchoverMachine.isGoingBack(assignment);
      List<MasterView> sources =
          others.stream()
              .filter(it -> back ? it.reachable() : it.name().equals(assignment.previous()))
              .toList();
      return new CatchUp(candidate.name(), positions(sources), false, true);
    }
    boolean allAnswer = others.stream().allMatch(judgement::isClosed);
    boolean detach = !allAnswer || judgement.isCutOff(candidate);
    List<MasterView> sources =
        others.stream().filter(it -> judgement.stranded(it.name()) == 0).toList();
    return new CatchUp(candidate.name(), detach ? List.of() : positions(sources), detach);
  }

  private static List<String> positions(List<MasterView> masters) {
    return masters.stream().flatMap(it -> it.facts().stream()).map(ServerFacts::position).toList();
  }

  private Decision maintain(DirectorState state, Judgement judgement, long nowNanos) {
    Assignment assignment = state.assignment();
    MasterView writer = state.find(assignment.writer());
    if (writer == null) {
      return Decision.await(
          "the agreed writer %s is not among the masters configured here: %s"
              .formatted(assignment.writer(), state.masters().keySet()));
    }
    if (!judgement.unobserved().isEmpty()) {
      return Decision.await("waits for the first probe of " + judgement.unobserved());
    }
    if (judgement.isGone(writer) || judgement.isFull(writer)) {
      String why = judgement.isGone(writer) ? judgement.whyGone(writer) : judgement.whyFull(writer);
      Decision replaced = flaps.replace(state, judgement, why, nowNanos);
      return replaced.action().isPresent() ? replaced : orFence(replaced, judgement, writer);
    }
    Optional<Action> fence = firstFence(judgement, writer.name());
    if (fence.isPresent()) {
      return Decision.act(fence.get());
    }
    if (!writer.reachable()) {
      return Decision.await(judgement.whyAwaited(writer));
    }
    return orFenceStuck(tend(state, judgement, writer, nowNanos), judgement, writer.name());
  }

  private Decision tend(
      DirectorState state, Judgement judgement, MasterView writer, long nowNanos) {
    List<String> refusals = judgement.refusals();
    String unfit = writer.findings().unfit();
    String trouble =
        Stream.concat(refusals.stream(), Stream.of(unfit).filter(it -> !it.isEmpty()))
            .collect(Collectors.joining("; "));
    if (!writer.isIn(Mode.OPEN)) {
      if (!unfit.isEmpty()) { // nobody uses it, and it cannot be opened
        return flaps.replace(state, judgement, unfit, nowNanos);
      }
      if (!refusals.isEmpty()) {
        return Decision.await(writer.name() + " stays closed: " + trouble);
      }
      return Decision.act(state.progress().settled() ? new Open(writer.name()) : new Settle());
    }
    Optional<Decision> switchover = planned.begin(state, writer);
    if (switchover.isPresent()) {
      return switchover.get();
    }
    Optional<Action> follow =
        judgement.others(writer.name()).stream()
            .filter(it -> shouldFollow(it, writer.name()))
            .<Action>map(it -> new Follow(it.name()))
            .findFirst();
    if (follow.isPresent()) {
      return Decision.act(follow.get());
    }
    List<MasterRecord> records = judgement.records();
    return records.equals(state.assignment().masters())
        ? Decision.await(trouble)
        : Decision.act(new Commit(state.assignment().knowing(records)));
  }

  /**
   * Only one that was compared with the writer and has lost no own transactions: MariaDB would skip
   * them and count them as applied, so that nothing told of them any more.
   */
  private static boolean shouldFollow(MasterView master, String writer) {
    boolean stopped = master.facts().map(it -> it.replication().stopped()).orElse(false);
    return master.reachable()
        && stopped
        && !master.followed()
        && master.lacking().containsKey(writer)
        && master.findings().unfit().isEmpty();
  }
}

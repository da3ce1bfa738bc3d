package io.understudy.ha.internal.exclusion;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.exclusion.Phase.Attempts;
import io.understudy.ha.internal.exclusion.Phase.Waiting;
import io.understudy.ha.spi.FenceResult;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides when a new leader begins to work, if the last one may not have stopped. A pure function
 * of state, input and time; threadsafe, because it holds nothing.
 *
 * <pre>
 *   from \ to   Waiting             Marking              Open       Clearing  Rested
 *   Idle        Won, another life   Won, nobody or this  -          -         -
 *               may be at work      member at work
 *   Waiting     -                   proved to have       -          -         -
 *                                   stopped
 *   Marking     -                   -                    Committed  Stopped   -
 *   Open        -                   -                    GoOn       Stopped   -
 *   Clearing    -                   GoOn                 -          -         Committed, or
 *                                                                             too slow
 *   Rested      -                   GoOn                 -          -         -
 *   any         Lost leads to Idle, and Won begins anew
 * </pre>
 *
 * <p>The register carries the proof from one leader to the next. A leader's name is committed in it
 * (a quorum has stored it in this leader's epoch) before the group is started, so whoever leads
 * later starts from it or from a newer one. It is taken out only after everything has stopped; that
 * is a courtesy, so that a planned move costs no waiting. A leader that finds the name of another
 * waits until that work has ended for certain, and leaves the name standing meanwhile: should it be
 * replaced, the next one finds it too. What is enough: {@link Judgement}.
 *
 * <p>Its own member's name stops nobody. Within one process the group itself stops what an earlier
 * leadership left, before it starts for the next; and only one process at a time has the member's
 * state directory, which stops what outlived the one before, before it may lead.
 */
public final class ExclusionMachine implements Exclusion {
  /** People are reminded that often. */
  private static final long REMIND_NANOS = 60_000_000_000L;

  @Override
  public ExclusionStep step(ExclusionState state, ExclusionInput input, long nowNanos) {
    List<ExclusionOutput> outputs = new ArrayList<>();
    ExclusionState next = take(state, input, nowNanos, outputs);
    next = look(next, nowNanos, outputs);
    if (state.phase().waiting() != null && next.phase().waiting() == null) {
      outputs.add(0, new ExclusionOutput.Waiting(""));
    }
    return new ExclusionStep(next, List.copyOf(outputs), wakeAtNanos(next, nowNanos));
  }

  private static ExclusionState take(
      ExclusionState state, ExclusionInput input, long now, List<ExclusionOutput> outputs) {
    if (input instanceof ExclusionInput.Won won) {
      return won(state, won, now, outputs);
    } else if (input instanceof ExclusionInput.Lost) {
      return ExclusionState.idle(state.settings());
    } else if (input instanceof ExclusionInput.Committed) {
      return committed(state, outputs);
    } else if (input instanceof ExclusionInput.Stopped) {
      return stopped(state, now, outputs);
    } else if (input instanceof ExclusionInput.GoOn) {
      return goOn(state, outputs);
    }
    Waiting waiting = state.phase().waiting();
    return waiting == null ? state : state.in(learn(state.settings(), waiting, input, now));
  }

  private static ExclusionState won(
      ExclusionState state, ExclusionInput.Won won, long now, List<ExclusionOutput> outputs) {
    Work work = won.work();
    ExclusionState leading = new ExclusionState(state.settings(), state.phase(), won.epoch());
    if (work == null || work.life().member().equals(won.self().member())) {
      return mark(leading, outputs);
    }
    Proofs proofs = won.proofs();
    Waiting waiting =
        new Waiting(work, now, proofs, Attempts.none(now), ExclusionStep.NEVER, false);
    return leading.in(waiting);
  }

  private static ExclusionState mark(ExclusionState state, List<ExclusionOutput> outputs) {
    outputs.add(new ExclusionOutput.Mark());
    return state.in(new Phase.Marking());
  }

  private static ExclusionState committed(ExclusionState state, List<ExclusionOutput> outputs) {
    if (state.phase() instanceof Phase.Marking) {
      outputs.add(new ExclusionOutput.Begin());
      return state.in(new Phase.Open());
    }
    return state.phase() instanceof Phase.Clearing ? rest(state, outputs) : state;
  }

  private static ExclusionState rest(ExclusionState state, List<ExclusionOutput> outputs) {
    outputs.add(new ExclusionOutput.Cleared());
    return state.in(new Phase.Rested());
  }

  /** Whoever waits, or has said so already, has nothing to take out. */
  private static ExclusionState stopped(
      ExclusionState state, long now, List<ExclusionOutput> outputs) {
    if (state.phase() instanceof Phase.Open || state.phase() instanceof Phase.Marking) {
      outputs.add(new ExclusionOutput.Clear());
      return state.in(new Phase.Clearing(now + state.settings().clearLimitNanos()));
    }
    if (!(state.phase() instanceof Phase.Clearing)) {
      outputs.add(new ExclusionOutput.Cleared());
    }
    return state;
  }

  private static ExclusionState goOn(ExclusionState state, List<ExclusionOutput> outputs) {
    if (state.phase() instanceof Phase.Open) {
      outputs.add(new ExclusionOutput.Begin());
      return state;
    }
    if (state.phase() instanceof Phase.Clearing) {
      outputs.add(new ExclusionOutput.Cleared());
      return mark(state, outputs);
    }
    return state.phase() instanceof Phase.Rested ? mark(state, outputs) : state;
  }

  // ---- what is waited for

  private static Waiting learn(
      ExclusionSettings settings, Waiting waiting, ExclusionInput input, long now) {
    Proofs proofs = waiting.proofs();
    Work work = waiting.work();
    MemberId member = work.life().member();
    if (input instanceof ExclusionInput.Told told && told.member().equals(member)) {
      return waiting.knowing(proofs.told(told.throughEpoch()));
    } else if (input instanceof ExclusionInput.Undeclared said && said.member().equals(member)) {
      return waiting.undeclared(said.undeclared());
    } else if (input instanceof ExclusionInput.Died died && died.life().equals(work.life())) {
      return waiting.knowing(proofs.ended(now));
    } else if (input instanceof ExclusionInput.Confirmed off && off.life().equals(work.life())) {
      return waiting.knowing(proofs.confirmed());
    } else if (input instanceof ExclusionInput.FenceAnswered answer
        && answer.target().member().equals(member)) {
      return fenceAnswered(settings, waiting, answer, now);
    }
    return waiting;
  }

  /**
   * A call that began before this member waited may have been for an earlier life, or have cut the
   * member off before it was let in again; what it ended by name has ended all the same, and if the
   * machine was off, what that life had left there, too: nobody but the next life starts it again.
   */
  private static Waiting fenceAnswered(
      ExclusionSettings settings, Waiting waiting, ExclusionInput.FenceAnswered answer, long now) {
    if (answer.result().outcome() != FenceResult.Outcome.CONFIRMED) {
      String last = answer.result().outcome() + ", " + answer.result().detail();
      long backoff = settings.times().leaseNanos() / 2;
      return waiting.trying(waiting.fence().failed(last, now, backoff)).told(ExclusionStep.NEVER);
    }
    boolean began = answer.startedNanos() - waiting.sinceNanos() >= 0;
    boolean namedEnded =
        answer.target().equals(waiting.work().life()) && answer.scope().endsProcesses();
    return began || namedEnded
        ? waiting.knowing(waiting.proofs().fenced(answer.scope(), now))
        : waiting;
  }

  /** What is due now, whatever the input was. */
  private static ExclusionState look(
      ExclusionState state, long now, List<ExclusionOutput> outputs) {
    if (state.phase() instanceof Phase.Clearing clearing && now - clearing.untilNanos() >= 0) {
      return rest(state, outputs);
    }
    Waiting waiting = state.phase().waiting();
    if (waiting == null) {
      return state;
    }
    long at = Judgement.stoppedAtNanos(state.settings(), waiting, now);
    if (at != ExclusionStep.NEVER && now - at >= 0) {
      return mark(state, outputs);
    }
    waiting = fenceIfDue(state, waiting, now, outputs);
    long remind = remindAtNanos(waiting);
    if (remind == ExclusionStep.NEVER || now - remind >= 0) {
      waiting = waiting.told(now);
      outputs.add(new ExclusionOutput.Waiting(Reasons.of(state.settings(), waiting, now)));
    }
    return state.in(waiting);
  }

  private static Waiting fenceIfDue(
      ExclusionState state, Waiting waiting, long now, List<ExclusionOutput> outputs) {
    boolean due = now - waiting.fence().nextNanos() >= 0;
    if (!due || !wantsFence(state.settings(), waiting, now)) {
      return waiting;
    }
    Work work = waiting.work();
    outputs.add(
        new ExclusionOutput.Fence(
            work.life(), state.epoch(), work + " led last and may still be at work"));
    return waiting.trying(waiting.fence().asked(now + state.settings().times().leaseNanos()));
  }

  /** Where time will do, nobody is shot. */
  private static boolean wantsFence(ExclusionSettings settings, Waiting waiting, long now) {
    return Judgement.isFenceOfUse(settings, waiting)
        && Judgement.stoppedAtNanos(settings, waiting, now) == ExclusionStep.NEVER;
  }

  /** {@link ExclusionStep#NEVER} if nobody was told yet, or there is news. */
  private static long remindAtNanos(Waiting waiting) {
    return waiting.toldNanos() == ExclusionStep.NEVER
        ? ExclusionStep.NEVER
        : waiting.toldNanos() + REMIND_NANOS;
  }

  private static long wakeAtNanos(ExclusionState state, long now) {
    if (state.phase() instanceof Phase.Clearing clearing) {
      return clearing.untilNanos();
    }
    Waiting waiting = state.phase().waiting();
    if (waiting == null) {
      return ExclusionStep.NEVER;
    }
    long stopped = Judgement.stoppedAtNanos(state.settings(), waiting, now);
    long fence =
        wantsFence(state.settings(), waiting, now)
            ? waiting.fence().nextNanos()
            : ExclusionStep.NEVER;
    return ExclusionStep.earlier(ExclusionStep.earlier(stopped, fence), remindAtNanos(waiting));
  }
}

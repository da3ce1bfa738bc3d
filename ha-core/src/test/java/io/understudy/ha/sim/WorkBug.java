package io.understudy.ha.sim;

import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.exclusion.Exclusion;
import io.understudy.ha.internal.exclusion.ExclusionInput;
import io.understudy.ha.internal.exclusion.ExclusionInput.Told;
import io.understudy.ha.internal.exclusion.ExclusionInput.Won;
import io.understudy.ha.internal.exclusion.ExclusionOutput;
import io.understudy.ha.internal.exclusion.ExclusionSettings;
import io.understudy.ha.internal.exclusion.ExclusionState;
import io.understudy.ha.internal.exclusion.ExclusionStep;
import io.understudy.ha.internal.exclusion.Phase;
import io.understudy.ha.internal.exclusion.Terms;
import io.understudy.ha.internal.exclusion.Work;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bugs put around the exclusion from outside: what a careless change would do. */
enum WorkBug {
  NONE("") {},

  IGNORES_THE_REGISTER("A leader reads who may be at work before it begins.") {
    @Override
    ExclusionInput told(ExclusionState state, ExclusionInput input, long now) {
      return input instanceof Won won
          ? new Won(won.self(), won.epoch(), null, won.proofs())
          : input;
    }
  },

  WORKS_BEFORE_ITS_NAME_IS_COMMITTED("The group starts when a quorum holds the leader's name.") {
    @Override
    ExclusionStep after(Exclusion healthy, ExclusionInput input, ExclusionStep step, long now) {
      return step.next().phase() instanceof Phase.Marking
          ? joined(step, healthy.step(step.next(), new ExclusionInput.Committed(), now))
          : step;
    }
  },

  TAKES_ITS_NAME_OUT_TOO_SOON("The name stays in the register while the group works.") {
    @Override
    ExclusionStep after(Exclusion healthy, ExclusionInput input, ExclusionStep step, long now) {
      return step.outputs().contains(new ExclusionOutput.Begin())
          ? saying(step, new ExclusionOutput.Clear())
          : step;
    }
  },

  PUTS_ITS_NAME_OVER_ANOTHER("A name stands until its work has ended.") {
    @Override
    ExclusionStep after(Exclusion healthy, ExclusionInput input, ExclusionStep step, long now) {
      // Once, when it has won: a mark for every answer to a mark would go round for ever.
      boolean begins = input instanceof Won && step.next().phase() instanceof Phase.Waiting;
      return begins ? saying(step, new ExclusionOutput.Mark()) : step;
    }
  },

  GOES_ON_WITHOUT_ITS_NAME("A group that goes on has its name in the register again.") {
    @Override
    ExclusionStep after(Exclusion healthy, ExclusionInput input, ExclusionStep step, long now) {
      return step.next().phase() instanceof Phase.Marking && input instanceof ExclusionInput.GoOn
          ? healthy.step(step.next(), new ExclusionInput.Committed(), now)
          : step;
    }
  },

  TIME_COUNTS_FOR_WHAT_OUTLIVES_A_PROCESS("A deadline stops nothing that outlives its process.") {
    @Override
    @Nullable Work found(Work work) {
      return with(work, work.terms().stopLimitNanos(), false);
    }
  },

  DEATH_COUNTS_FOR_WHAT_OUTLIVES_A_PROCESS("A death stops nothing that outlives its process.") {
    @Override
    ExclusionInput told(ExclusionState state, ExclusionInput input, long now) {
      return input instanceof ExclusionInput.Died died
          ? new ExclusionInput.Confirmed(died.life())
          : input;
    }
  },

  PROCESS_FENCE_COUNTS_FOR_WHAT_OUTLIVES_A_PROCESS(
      "A fence of scope PROCESS stops nothing that outlives a process.") {
    @Override
    ExclusionInput told(ExclusionState state, ExclusionInput input, long now) {
      return input instanceof ExclusionInput.FenceAnswered answer
          ? new ExclusionInput.FenceAnswered(
              answer.target(), answer.startedNanos(), FenceHook.Scope.MACHINE, answer.result())
          : input;
    }
  },

  UNKNOWN_COUNTS_AS_FENCED("Only a confirmed fence counts.") {
    @Override
    ExclusionInput told(ExclusionState state, ExclusionInput input, long now) {
      return input instanceof ExclusionInput.FenceAnswered answer
          ? new ExclusionInput.FenceAnswered(
              answer.target(),
              answer.startedNanos(),
              answer.scope(),
              FenceResult.confirmed("perhaps"))
          : input;
    }
  },

  LEAVES_THE_GUARDIAN_NO_TIME("After the process the guardian has the time to stop, too.") {
    @Override
    @Nullable Work found(Work work) {
      boolean both = work.terms().outlivesProcess() && work.terms().guarded();
      // Neither the second time to stop, nor the margin that a guardian has besides.
      long limit = work.terms().stopLimitNanos() / 2 - MARGIN_NANOS / 2;
      return both ? with(work, Math.max(1, limit), true) : work;
    }

    private static final long MARGIN_NANOS = 2_500_000_000L;
  },

  TRUSTS_CLOCKS("The other clock may run slow, and this one fast.") {
    @Override
    ExclusionState before(ExclusionState state) {
      ExclusionSettings right = state.settings();
      TimeValues times =
          new TimeValues(right.times().leaseNanos(), right.times().heartbeatNanos(), 0);
      return new ExclusionState(
          new ExclusionSettings(times, right.fenceRequired(), right.hook()),
          state.phase(),
          state.epoch());
    }
  },

  WAITS_NO_STOP("After the end of a lease a group has its time to stop.") {
    @Override
    @Nullable Work found(Work work) {
      return with(work, 0, work.terms().outlivesProcess());
    }
  },

  BELIEVES_AN_EARLIER_WORD("A word counts for the leaderships that it names.") {
    @Override
    ExclusionInput told(ExclusionState state, ExclusionInput input, long now) {
      return input instanceof Told told ? new Told(told.member(), told.throughEpoch() + 1) : input;
    }
  },

  SPEAKS_TOO_SOON("Who leads says nothing of that leadership.") {
    @Override
    long reported(long right, SimGroup group) {
      return Math.max(right, group.leads());
    }
  };

  private final String rule;

  WorkBug(String rule) {
    this.rule = rule;
  }

  /** The rule that it breaks, as one sentence that is true of the healthy machine. */
  String rule() {
    return rule;
  }

  ExclusionInput told(ExclusionState state, ExclusionInput input, long now) {
    return input;
  }

  @Nullable Work found(Work work) {
    return work;
  }

  ExclusionState before(ExclusionState state) {
    return state;
  }

  ExclusionStep after(Exclusion healthy, ExclusionInput input, ExclusionStep step, long now) {
    return step;
  }

  long reported(long right, SimGroup group) {
    return right;
  }

  Exclusion damaging(Exclusion healthy) {
    return (state, input, now) -> {
      ExclusionInput heard = told(state, input, now);
      if (heard instanceof Won won && won.work() != null) {
        heard = new Won(won.self(), won.epoch(), found(won.work()), won.proofs());
      }
      return after(healthy, heard, healthy.step(before(state), heard, now), now);
    };
  }

  private static Work with(Work work, long stopLimitNanos, boolean outlives) {
    Terms terms = new Terms(stopLimitNanos, outlives, work.terms().guarded());
    return new Work(work.life(), work.epoch(), terms);
  }

  private static ExclusionStep joined(ExclusionStep first, ExclusionStep second) {
    List<ExclusionOutput> all = new ArrayList<>(first.outputs());
    all.addAll(second.outputs());
    return new ExclusionStep(second.next(), all, second.wakeAtNanos());
  }

  private static ExclusionStep saying(ExclusionStep step, ExclusionOutput more) {
    List<ExclusionOutput> all = new ArrayList<>(step.outputs());
    all.add(more);
    return new ExclusionStep(step.next(), all, step.wakeAtNanos());
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Pair;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceResult;

/** Bugs in the rules for two members with fence hooks. */
enum PairBug implements Mutation {
  FENCE_OF_ANOTHER_LIFE_COUNTS(
      "A fence ends no life that was first heard after the hook was called.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return input instanceof Input.FenceAnswered answer
          ? answered(answer, now, answer.scope(), answer.result())
          : input;
    }
  },

  FENCE_COUNTS_BY_NAME_OF_LIFE(
      "Lives are heard out of their order, so a name does not tell the latest.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return input instanceof Input.FenceAnswered answer
              && answer.target().equals(state.pair().heard())
          ? answered(answer, now, answer.scope(), answer.result())
          : input;
    }
  },

  RESOURCE_FENCE_RELEASES("A fence of scope RESOURCE is no proof of death.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return input instanceof Input.FenceAnswered answer
          ? answered(answer, answer.startedNanos(), FenceHook.Scope.PROCESS, answer.result())
          : input;
    }
  },

  UNKNOWN_FENCE_COUNTS("A fence of which nobody knows the outcome counts for nothing.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return input instanceof Input.FenceAnswered answer
              && answer.result().outcome() == FenceResult.Outcome.UNKNOWN
          ? answered(
              answer, answer.startedNanos(), answer.scope(), FenceResult.confirmed("perhaps"))
          : input;
    }
  },

  UNMET_MEMBER_FENCES("A restarted member fences nobody before it has met its peer.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return Edit.pair(state, met(state.pair()));
    }
  },

  MET_BY_ONE_WAY_EXCHANGE("To meet, the peer must have heard this very life.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      RoleState next = step.next();
      boolean stored =
          Edit.message(input) instanceof Message.Heartbeat heartbeat
              && next.promise() != null
              && next.promise().epoch() == heartbeat.epoch()
              && !heartbeat.version().isNewerThan(next.ballot().register().version());
      return stored ? Edit.next(step, Edit.pair(next, met(next.pair()))) : step;
    }
  },

  FENCED_VOTE_KEPT_AFTER_REJOIN("Who rejoins is asked again; nothing is counted for it.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      Life fenced = state.pair().fenced();
      return fenced != null && step.next().pair().fenced() == null
          ? Edit.next(step, Edit.pair(step.next(), fenced(step.next().pair(), fenced)))
          : step;
    }
  };

  private final String rule;

  PairBug(String rule) {
    this.rule = rule;
  }

  @Override
  public String rule() {
    return rule;
  }

  @Override
  public Plot.Kind provokedBy() {
    return Plot.Kind.PAIR;
  }

  private static Input answered(
      Input.FenceAnswered answer, long startedNanos, FenceHook.Scope scope, FenceResult result) {
    return new Input.FenceAnswered(answer.target(), startedNanos, scope, result);
  }

  private static Pair met(Pair p) {
    return new Pair(p.rosterStamp(), true, p.heard(), p.heardSinceNanos(), p.fenced(), p.wish());
  }

  private static Pair fenced(Pair p, Life fenced) {
    return new Pair(p.rosterStamp(), p.met(), p.heard(), p.heardSinceNanos(), fenced, p.wish());
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Promise;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Step;
import java.util.ArrayList;
import java.util.List;

/** Bugs in how a leader begins, renews and ends, and how it is obeyed; see {@link Bug}. */
enum LeadershipBug implements Mutation {
  ELECTED_BEFORE_THE_REGISTER_IS_COMMITTED(
      "A leader is announced when its register is committed in its own epoch.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      boolean won =
          step.next().standing() instanceof Standing.Leader l
              && !l.announced()
              && !(state.standing() instanceof Standing.Leader);
      if (!won) {
        return step;
      }
      Standing.Leader leader = (Standing.Leader) step.next().standing();
      Standing told = Edit.announced(leader);
      return Edit.plus(
          Edit.next(step, Edit.standing(step.next(), told)),
          List.of(new Output.Elected(leader.epoch(), leader.leaseUntilNanos())));
    }
  },

  OWN_PROMISE_NOT_RENEWED("A leader renews its promise to itself with every round.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      boolean leads =
          state.standing() instanceof Standing.Leader
              && step.next().standing() instanceof Standing.Leader;
      return leads ? Edit.next(step, Edit.promise(step.next(), state.promise())) : step;
    }
  },

  LEADER_VOTES_FOR_A_RIVAL("A leader's own promise binds it like any voter.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      Message message = Edit.message(input);
      boolean asked = message instanceof Message.VoteRequest || message instanceof Message.Canvass;
      return asked && state.standing() instanceof Standing.Leader
          ? Edit.promise(state, null)
          : state;
    }
  },

  ACKNOWLEDGES_WITHOUT_PROMISING("Who acknowledges a heartbeat renews its promise.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      Promise before = state.promise();
      boolean renewed =
          Edit.message(input) instanceof Message.Heartbeat
              && before != null
              && step.next().promise() != null
              && before.to().equals(step.next().promise().to());
      return renewed ? Edit.next(step, Edit.promise(step.next(), before)) : step;
    }
  },

  REFUSED_HEARTBEAT_RENEWS("A heartbeat that a voter refuses renews no lease.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return Edit.message(input) instanceof Message.HeartbeatReply r
          ? Edit.received(
              input,
              new Message.HeartbeatReply(
                  r.epoch(),
                  r.sentNanos(),
                  true,
                  r.repliedNanos(),
                  r.stored(),
                  r.voterEpoch(),
                  r.electable()))
          : input;
    }
  },

  LOWER_EPOCH_ACKNOWLEDGED("A voter acknowledges no heartbeat below its epoch.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return isBelow(state, input)
          ? inEpoch(state, ((Message.Heartbeat) Edit.message(input)).epoch())
          : state;
    }

    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      if (!isBelow(state, input)) {
        return step;
      }
      long epoch = state.ballot().epoch();
      List<Output> outputs = new ArrayList<>();
      for (Output output : step.outputs()) {
        outputs.add(
            output instanceof Output.Store
                ? new Output.Store(inEpoch(step.next(), epoch).ballot())
                : output);
      }
      return new Step(inEpoch(step.next(), epoch), outputs, step.wakeAtNanos());
    }

    private RoleState inEpoch(RoleState state, long epoch) {
      Ballot b = state.ballot();
      return Edit.ballot(state, new Ballot(epoch, b.votedFor(), b.register(), b.founding()));
    }

    private boolean isBelow(RoleState state, Input input) {
      return Edit.message(input) instanceof Message.Heartbeat heartbeat
          && heartbeat.epoch() < state.ballot().epoch();
    }
  },

  LEADS_ON_AFTER_RESIGNING("Who resigns has stopped leading before it says so.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return input instanceof Input.Resign ? Edit.without(step, Output.Revoked.class) : step;
    }
  },

  LEADER_DOES_NOT_ASK_HIGHER(
      "A leader that is told of a higher epoch asks for one above it, so that the voter follows.") {
    @Override
    public boolean shownByRecovery() {
      return true;
    }

    @Override
    public Input input(RoleState state, Input input, long now) {
      boolean refusal =
          Edit.message(input) instanceof Message.HeartbeatReply reply && !reply.accepted();
      return refusal ? new Input.Tick() : input;
    }
  };

  private final String rule;

  LeadershipBug(String rule) {
    this.rule = rule;
  }

  @Override
  public String rule() {
    return rule;
  }
}

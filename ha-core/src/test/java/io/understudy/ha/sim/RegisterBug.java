package io.understudy.ha.sim;

import io.understudy.ha.RegisterValue;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Standing.Peer;
import io.understudy.ha.internal.election.Step;
import java.util.List;

/** Bugs in the register and its permits; see {@link Bug}. */
enum RegisterBug implements Mutation {
  REGISTER_NOT_ADOPTED("A new leader adopts the newest register among its votes.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return Edit.message(input) instanceof Message.VoteReply r && r.register() != null
          ? Edit.received(
              input,
              new Message.VoteReply(
                  r.epoch(),
                  r.sentNanos(),
                  r.granted(),
                  r.voterEpoch(),
                  r.boundForNanos(),
                  RegisterValue.NONE))
          : input;
    }
  },

  COMMIT_WITHOUT_QUORUM("A value is committed when a quorum has stored it, not before.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return state.standing() instanceof Standing.Leader leader
          ? Edit.standing(
              state, Edit.peers(leader, peer -> storing(peer, state.ballot().register())))
          : state;
    }

    private Peer storing(Peer p, RegisterValue register) {
      return new Peer(
          p.acknowledged(),
          p.ackedNanos(),
          register.version(),
          p.echo(),
          p.permitUntilNanos(),
          p.electable());
    }
  },

  PERMIT_FROM_RECEIPT(
      "A permit counts from what the follower sent, not from the leader's answer.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return Edit.message(input) instanceof Message.Heartbeat h && h.echo() != null
          ? Edit.received(
              input,
              new Message.Heartbeat(
                  h.epoch(),
                  h.sentNanos(),
                  h.version(),
                  h.committed(),
                  h.value(),
                  new Message.Echo(h.echo().incarnation(), now)))
          : input;
    }
  },

  PERMITS_NOT_WAITED_OUT("A value settles when no permit on an older one can run any more.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return state.standing() instanceof Standing.Leader leader
          ? Edit.standing(state, Edit.peers(leader, peer -> permittedUntil(peer, now)))
          : state;
    }

    private Peer permittedUntil(Peer p, long nanos) {
      return new Peer(p.acknowledged(), p.ackedNanos(), p.stored(), p.echo(), nanos, p.electable());
    }
  },

  REGISTER_OF_THE_LAST_VOTE(
      "A new leader adopts the highest register, not the one it heard last.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      if (!(Edit.message(input) instanceof Message.VoteReply r
          && r.register() != null
          && state.standing() instanceof Standing.Candidate candidate)) {
        return state;
      }
      Standing.Poll p = candidate.poll();
      return Edit.standing(
          state,
          new Standing.Candidate(
              new Standing.Poll(
                  p.epoch(),
                  p.sentNanos(),
                  p.untilNanos(),
                  p.retryNanos(),
                  p.granted(),
                  p.refused(),
                  RegisterValue.NONE)));
    }
  },

  REGISTER_OF_THE_OWN_DISK("A new leader adopts what its voters hold, not what it holds itself.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return step.next().standing() instanceof Standing.Candidate candidate
          ? Edit.next(step, Edit.standing(step.next(), ownOnly(candidate.poll(), step.next())))
          : step;
    }

    @Override
    public Input input(RoleState state, Input input, long now) {
      return Edit.message(input) instanceof Message.VoteReply r && r.granted()
          ? Edit.received(
              input,
              new Message.VoteReply(
                  r.epoch(),
                  r.sentNanos(),
                  true,
                  r.voterEpoch(),
                  r.boundForNanos(),
                  state.ballot().register()))
          : input;
    }

    private Standing ownOnly(Standing.Poll p, RoleState state) {
      return new Standing.Candidate(
          new Standing.Poll(
              p.epoch(),
              p.sentNanos(),
              p.untilNanos(),
              p.retryNanos(),
              p.granted(),
              p.refused(),
              state.ballot().register()));
    }
  },

  OLDER_VALUE_OVERWRITES("A voter stores a register value only if it is newer than its own.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      Ballot b = step.next().ballot();
      if (!(Edit.message(input) instanceof Message.Heartbeat h
          && h.value() != null
          && h.epoch() == b.epoch()
          && b.register().version().isNewerThan(h.value().version()))) {
        return step;
      }
      Ballot older = new Ballot(b.epoch(), b.votedFor(), h.value(), b.founding());
      return Edit.plus(
          Edit.next(step, Edit.ballot(step.next(), older)), List.of(new Output.Store(older)));
    }
  },

  PREDECESSORS_PERMITS_NOT_WAITED_OUT(
      "A new leader waits out the permits that its predecessor may have given.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      boolean begins =
          step.next().standing() instanceof Standing.Leader l
              && (!(state.standing() instanceof Standing.Leader old) || old.epoch() != l.epoch());
      return begins
          ? Edit.next(
              step,
              Edit.standing(
                  step.next(),
                  Edit.peers(
                      (Standing.Leader) step.next().standing(),
                      p ->
                          new Peer(
                              p.acknowledged(),
                              p.ackedNanos(),
                              p.stored(),
                              p.echo(),
                              now,
                              p.electable()))))
          : step;
    }
  },

  SILENT_MEMBER_KEEPS_ITS_PERMIT(
      "A value settles although a member fell silent: its permit runs out.") {
    @Override
    public boolean shownByRecovery() {
      return true;
    }

    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return state.standing() instanceof Standing.Leader leader
          ? Edit.standing(
              state,
              Edit.peers(
                  leader,
                  p ->
                      p.echo() == null
                          ? p
                          : new Peer(
                              p.acknowledged(),
                              p.ackedNanos(),
                              p.stored(),
                              p.echo(),
                              now + state.settings().times().promiseNanos(),
                              p.electable())))
          : state;
    }
  };

  private final String rule;

  RegisterBug(String rule) {
    this.rule = rule;
  }

  @Override
  public String rule() {
    return rule;
  }
}

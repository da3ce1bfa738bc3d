package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Step;
import java.util.List;
import java.util.Set;

/** Bugs in what counts as a vote and how many are enough; see {@link Bug}. */
enum QuorumBug implements Mutation {
  QUORUM_OF_THE_VIEW("A quorum is more than half of all configured votes, whoever is seen.") {
    @Override
    List<RosterMember> counted(RoleState state, List<RosterMember> members) {
      MemberId self = state.settings().self().member();
      Set<MemberId> seen = state.outlook().reachable();
      return members.stream()
          .filter(m -> m.member().equals(self) || seen.contains(m.member()))
          .toList();
    }
  },

  HALF_IS_ENOUGH("Half of the votes is no quorum, whoever thinks that it breaks the tie.") {
    @Override
    List<RosterMember> counted(RoleState state, List<RosterMember> members) {
      MemberId self = state.settings().self().member();
      boolean even = state.settings().roster().votesOf(m -> true) % 2 == 0;
      return members.stream()
          .map(
              m ->
                  even && m.member().equals(self)
                      ? new RosterMember(self, m.votes() + 1, m.witness())
                      : m)
          .toList();
    }
  },

  WITNESS_LEADS("A witness votes and never leads.") {
    @Override
    List<RosterMember> counted(RoleState state, List<RosterMember> members) {
      return members.stream().map(m -> new RosterMember(m.member(), m.votes(), false)).toList();
    }
  },

  REFUSAL_COUNTS_AS_VOTE("An answer that refuses is no vote.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return Edit.message(input) instanceof Message.VoteReply r
          ? Edit.received(
              input,
              new Message.VoteReply(
                  r.epoch(), r.sentNanos(), true, r.voterEpoch(), r.boundForNanos(), r.register()))
          : input;
    }
  },

  WITHDRAWN_CANDIDATURE_GOES_ON("A candidate that withdrew counts no late votes.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      boolean withdrew =
          state.standing() instanceof Standing.Candidate
              && step.next().standing() instanceof Standing.Follower;
      return withdrew ? Edit.next(step, Edit.standing(step.next(), goingOn(state, now))) : step;
    }

    private Standing goingOn(RoleState state, long now) {
      Standing.Poll p = ((Standing.Candidate) state.standing()).poll();
      long later = now + 2 * state.settings().times().roundNanos();
      return new Standing.Candidate(
          new Standing.Poll(
              p.epoch(), p.sentNanos(), later, later, p.granted(), p.refused(), p.register()));
    }
  },

  EPOCH_GRANTED_TO_A_SECOND_CANDIDATE("The vote of an epoch goes to one life only.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return Edit.epochAsked(input) == state.ballot().epoch()
          ? Edit.votedForSender(state, input)
          : state;
    }

    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return Edit.savingVote(state, step);
    }
  };

  private final String rule;

  QuorumBug(String rule) {
    this.rule = rule;
  }

  @Override
  public String rule() {
    return rule;
  }

  /** The roster that such a machine counts quorums against. */
  List<RosterMember> counted(RoleState state, List<RosterMember> members) {
    return members;
  }

  private Roster roster(RoleState state) {
    Roster real = state.settings().roster();
    List<RosterMember> members = counted(state, real.members());
    return members.equals(real.members())
        ? real
        : new Roster(real.epoch(), real.version(), members);
  }

  @Override
  public Input input(RoleState state, Input input, long now) {
    return Edit.under(roster(state), state, input);
  }

  @Override
  public RoleState before(RoleState state, Input input, long now) {
    return Edit.roster(state, roster(state));
  }

  @Override
  public Step after(RoleState state, Input input, Step step, long now) {
    return Edit.next(step, Edit.roster(step.next(), state.settings().roster()));
  }
}

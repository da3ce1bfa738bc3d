package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.Voting;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Bugs in how a member without state begins; see {@link Bug}. */
enum JoiningBug implements Mutation {
  EMPTY_DIRECTORY_IS_FIRST_START(
      "An empty directory may be a lost disk; it does not vote at once.") {
    @Override
    public Boot boot(Boot boot) {
      return boot instanceof Boot.Empty ? new Boot.Fresh(Founding.NONE) : boot;
    }
  },

  FOUNDING_WITHOUT_CONFIRMATION("A first start takes two rounds of answers from the same lives.") {
    @Override
    public Plot.Kind provokedBy() {
      return Plot.Kind.FOUNDING;
    }

    @Override
    public RoleState before(RoleState state, Input input, long now) {
      if (!(state.voting() instanceof Voting.Uninformed u
          && input instanceof Input.Received received
          && received.envelope().message() instanceof Message.StateReply)) {
        return state;
      }
      Map<MemberId, Long> lives = new TreeMap<>();
      u.answers().forEach((member, heard) -> lives.put(member, heard.from().incarnation()));
      Life from = received.envelope().from();
      lives.put(from.member(), from.incarnation());
      lives.put(state.settings().self().member(), state.settings().self().incarnation());
      return Edit.voting(
          state,
          new Voting.Uninformed(
              u.directoryEmpty(),
              u.readyToJoinNanos(),
              u.round(),
              u.roundBeganNanos(),
              u.answers(),
              lives));
    }
  },

  CATCH_UP_BEFORE_THE_WAIT_IS_OVER(
      "Catching up counts answers only to questions asked after the wait.") {
    @Override
    public RoleState started(RoleState state) {
      return state.voting() instanceof Voting.Uninformed u
          ? Edit.voting(
              state,
              new Voting.Uninformed(
                  u.directoryEmpty(),
                  state.settings().startNanos(),
                  u.round(),
                  u.roundBeganNanos(),
                  u.answers(),
                  u.empties()))
          : state;
    }
  },

  ACKNOWLEDGES_WITHOUT_STATE("A member without state does not acknowledge.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return Edit.message(input) instanceof Message.Heartbeat
              && state.voting() instanceof Voting.Uninformed
          ? Edit.voting(state, new Voting.Ready())
          : state;
    }

    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return Edit.message(input) instanceof Message.Heartbeat
              && state.voting() instanceof Voting.Uninformed
          ? Edit.next(step, Edit.voting(step.next(), state.voting()))
          : step;
    }
  },

  CATCHES_UP_WITH_ONE_MEMBER("Catching up takes the answers of a quorum of votes held by others.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return Edit.under(counted(state, input), state, input);
    }

    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return Edit.message(input) instanceof Message.StateReply
          ? Edit.roster(state, counted(state, input))
          : state;
    }

    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return Edit.next(step, Edit.roster(step.next(), state.settings().roster()));
    }

    /** Who answers has all the votes. */
    private Roster counted(RoleState state, Input input) {
      Roster real = state.settings().roster();
      if (!(Edit.message(input) instanceof Message.StateReply)
          || !(state.voting() instanceof Voting.Uninformed)) {
        return real;
      }
      MemberId from = ((Input.Received) input).envelope().from().member();
      List<RosterMember> members =
          real.members().stream()
              .map(m -> new RosterMember(m.member(), m.member().equals(from) ? 1 : 0, m.witness()))
              .toList();
      return new Roster(real.epoch(), real.version(), members);
    }
  },

  USED_DIRECTORY_COUNTS_AS_EMPTY("A directory that holds a role is not reported as empty.") {
    @Override
    public Plot.Kind provokedBy() {
      return Plot.Kind.LATE_ROLE;
    }

    @Override
    public Input input(RoleState state, Input input, long now) {
      return input instanceof Input.DirectoryUsed ? new Input.Tick() : input;
    }
  };

  private final String rule;

  JoiningBug(String rule) {
    this.rule = rule;
  }

  @Override
  public String rule() {
    return rule;
  }
}

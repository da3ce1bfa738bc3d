package io.understudy.ha.sim;

import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Holding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.election.RosterStep;
import io.understudy.ha.internal.election.Standing.Leader;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.TimeValues;
import io.understudy.ha.internal.election.Voting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a careless change would do to the change of rosters. */
enum RosterBug implements Mutation {
  NEXT_ROSTER_WITHOUT_PAUSE("A promise passes between the commit of a roster and the next one.") {
    @Override
    public RosterRules rosterRules() {
      return new RosterRules() {
        @Override
        public long pauseNanos(TimeValues times) {
          return 0;
        }
      };
    }

    /** The pause is there for leases; that a stranger leads for a moment is the least of it. */
    @Override
    public boolean isShownBy(Invariant broken) {
      return broken == Invariant.I2_ONE_LEASE;
    }
  },

  TWO_VOTES_AT_ONCE("A change alters the votes by one.") {
    @Override
    public RosterRules rosterRules() {
      return new RosterRules() {
        @Override
        public RosterStep next(Roster roster, long epoch, RosterGoal goal) {
          RosterStep step = super.next(roster, epoch, goal);
          if (!(step instanceof RosterStep.Propose)) {
            return step;
          }
          List<RosterMember> members = new ArrayList<>(roster.members());
          if (goal instanceof RosterGoal.Have have) {
            members.removeIf(entry -> entry.member().equals(have.entry().member()));
            members.add(have.entry());
          } else if (goal instanceof RosterGoal.Lack lack) {
            members.removeIf(entry -> entry.member().equals(lack.member()));
          }
          return new RosterStep.Propose(new Roster(epoch, roster.version() + 1, members));
        }
      };
    }
  },

  NEWS_ORDERED_BY_NUMBER("Rosters are ordered by register version, not by their number.") {
    @Override
    public RosterRules rosterRules() {
      return new RosterRules() {
        @Override
        public boolean isNewer(Known told, Known own) {
          return told.roster().version() > own.roster().version();
        }
      };
    }

    @Override
    public boolean shownByRecovery() {
      return true;
    }
  },

  NOTHING_CARRIED_OVER("What was on disk under a roster is carried over before the next one.") {
    @Override
    public Plot.Kind provokedBy() {
      return Plot.Kind.EXODUS;
    }

    @Override
    public RosterRules rosterRules() {
      return new RosterRules() {
        @Override
        public boolean carries(Map<String, Holding> held, Map<String, Holding> wanted) {
          return true;
        }
      };
    }
  },

  ANSWERS_OF_TWO_ROSTERS_COUNTED("Votes and acknowledgements count under their own roster only.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      Message message = Edit.message(input);
      boolean answer =
          message instanceof Message.HeartbeatReply || message instanceof Message.VoteReply;
      boolean asking =
          message instanceof Message.Heartbeat || message instanceof Message.VoteRequest;
      if (!answer && !asking) {
        return input;
      }
      Envelope e = ((Input.Received) input).envelope();
      return new Input.Received(
          new Envelope(
              e.role(),
              e.from(),
              e.toIncarnation(),
              state.settings().roster().stamp(),
              e.message()));
    }
  },

  WRITTEN_ROSTER_COUNTED_BY_THE_FORMER("A roster is committed by a quorum of its own.") {
    @Override
    public Input input(RoleState state, Input input, long now) {
      return input instanceof Input.WriteRoster write
          ? new Input.Write(0, write.value().bytes())
          : input;
    }
  },

  VOTES_BY_THE_CONFIGURED_ROSTER("Who does not know which roster holds is mute in every role.") {
    @Override
    public RosterRules rosterRules() {
      return new RosterRules() {
        @Override
        public boolean isMute(Voting inRosterRole) {
          return false;
        }
      };
    }
  },

  PROMISE_DROPPED_WITH_THE_ROSTER("A voter that changes its roster keeps its promises.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return Changes.roster(input) ? Edit.next(step, Edit.promise(step.next(), null)) : step;
    }
  },

  PERMITS_OF_WHO_LEFT_FORGOTTEN("Nothing is settled while a member that left may hold a permit.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return state.standing() instanceof Leader leader
          ? Edit.standing(state, Edit.peers(leader, leader.peers(), leader.wonNanos()))
          : state;
    }
  },

  REMOVED_LEADER_LEADS_ON("Who is not in the roster does not lead.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return input instanceof Input.RosterChanged
              && state.standing() instanceof Leader
              && !(step.next().standing() instanceof Leader)
          ? new Step(Edit.standing(step.next(), state.standing()), List.of(), now + 1_000_000)
          : step;
    }
  },

  ROSTER_TOLD_WITHOUT_ITS_EPOCH("Who stores a value knows its epoch.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      if (!(input instanceof Input.RosterTold)
          || step.next().ballot().epoch() == state.ballot().epoch()) {
        return step;
      }
      Ballot told = step.next().ballot();
      Ballot low =
          new Ballot(
              state.ballot().epoch(), state.ballot().votedFor(), told.register(), told.founding());
      List<Output> outputs = new ArrayList<>();
      for (Output output : step.outputs()) {
        outputs.add(output instanceof Output.Store ? new Output.Store(low) : output);
      }
      RoleState next = Edit.highestEpoch(Edit.ballot(step.next(), low), state.ballot().epoch());
      return new Step(next, outputs, step.wakeAtNanos());
    }
  };

  private final String rule;

  RosterBug(String rule) {
    this.rule = rule;
  }

  @Override
  public String rule() {
    return rule;
  }

  @Override
  public Plot.Kind provokedBy() {
    return Plot.Kind.ROSTER;
  }

  /** What an enum's constants cannot share otherwise. */
  private static final class Changes {
    static boolean roster(Input input) {
      return input instanceof Input.RosterChanged
          || input instanceof Input.RosterTold
          || input instanceof Input.WriteRoster;
    }
  }
}

package io.understudy.ha.sim;

import io.understudy.ha.RegisterValue;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Promise;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Standing.Peer;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.Voting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bugs that the simulator must find: one for each rule that the protocol cannot do without.
 * Each is what a careless change would do, not just any damage.
 */
enum Bug implements Mutation {
  PROMISE_NOT_KEPT {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      Message message = Edit.message(input);
      boolean asked = message instanceof Message.VoteRequest || message instanceof Message.Canvass;
      return asked ? Edit.promise(state, null) : state;
    }
  },

  VOTE_NOT_STORED {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return Edit.message(input) instanceof Message.VoteRequest
          ? Edit.without(step, Output.Store.class)
          : step;
    }
  },

  VOTE_FORGOTTEN_AT_RESTART {
    @Override
    public Boot boot(Boot boot) {
      return boot instanceof Boot.Known known && known.ballot().votedFor() != null
          ? new Boot.Known(inEpoch(known.ballot(), known.ballot().epoch() - 1))
          : boot;
    }
  },

  EPOCH_REUSED {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      if (!mayNominate(state, input)) {
        return state;
      }
      long lower = state.ballot().epoch() - 1;
      return Edit.highestEpoch(Edit.ballot(state, inEpoch(state.ballot(), lower)), lower);
    }

    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      boolean untouched = step.next().ballot().epoch() < state.ballot().epoch();
      return untouched ? Edit.next(step, Edit.ballot(step.next(), state.ballot())) : step;
    }

    private boolean mayNominate(RoleState state, Input input) {
      Message message = Edit.message(input);
      boolean idle =
          state.standing() instanceof Standing.Follower
              || state.standing() instanceof Standing.Canvassing;
      return idle
          && state.ballot().epoch() > 0
          && state.voting() instanceof Voting.Ready
          && (message == null || message instanceof Message.CanvassReply);
    }
  },

  LEASE_FROM_RECEIPT {
    @Override
    public Input input(RoleState state, Input input, long now) {
      Message message = Edit.message(input);
      if (message instanceof Message.HeartbeatReply r) {
        return Edit.received(
            input,
            new Message.HeartbeatReply(
                r.epoch(),
                now,
                r.accepted(),
                r.repliedNanos(),
                r.stored(),
                r.voterEpoch(),
                r.electable()));
      }
      if (message instanceof Message.VoteReply r
          && state.standing() instanceof Standing.Candidate candidate
          && candidate.poll().epoch() == r.epoch()) {
        return Edit.received(
            input,
            new Message.VoteReply(
                r.epoch(), now, r.granted(), r.voterEpoch(), r.boundForNanos(), r.register()));
      }
      return input;
    }

    @Override
    public RoleState before(RoleState state, Input input, long now) {
      return Edit.message(input) instanceof Message.VoteReply
              && state.standing() instanceof Standing.Candidate candidate
          ? Edit.standing(state, new Standing.Candidate(Edit.sentNanos(candidate.poll(), now)))
          : state;
    }
  },

  NO_WAIT_AFTER_RESTART {
    @Override
    public RoleState started(RoleState state) {
      return state.voting() instanceof Voting.Abstaining
          ? Edit.voting(state, new Voting.Ready())
          : state;
    }
  },

  WAITS_A_LEASE_AFTER_RESTART {
    @Override
    public RoleState started(RoleState state) {
      var settings = state.settings();
      return state.voting() instanceof Voting.Abstaining
          ? Edit.voting(
              state, new Voting.Abstaining(settings.startNanos() + settings.times().leaseNanos()))
          : state;
    }
  },

  OWN_VOTE_WHILE_WAITING {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      Message message = Edit.message(input);
      boolean asked = message instanceof Message.VoteRequest || message instanceof Message.Canvass;
      return state.voting() instanceof Voting.Abstaining && !asked
          ? Edit.voting(state, new Voting.Ready())
          : state;
    }

    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return state.voting() instanceof Voting.Abstaining wait && now - wait.untilNanos() < 0
          ? new Step(Edit.voting(step.next(), wait), step.outputs(), soon(step, now))
          : step;
    }

    /** Such a machine would wake up to campaign. */
    private long soon(Step step, long now) {
      long soon = now + step.next().settings().times().retryNanos();
      return step.wakeAtNanos() - soon < 0 ? step.wakeAtNanos() : soon;
    }
  },

  RESIGNATION_WITHOUT_EPOCH {
    @Override
    public Input input(RoleState state, Input input, long now) {
      if (Edit.message(input) instanceof Message.Resignation resignation) {
        return Edit.received(
            input, new Message.Resignation(Long.MAX_VALUE, resignation.successor()));
      }
      return Edit.evidence(
          input,
          fact ->
              fact instanceof Evidence.Resigned resigned
                  ? new Evidence.Resigned(resigned.life(), Long.MAX_VALUE)
                  : fact);
    }
  },

  EVIDENCE_WITHOUT_INCARNATION {
    @Override
    public Input input(RoleState state, Input input, long now) {
      Promise promise = state.promise();
      return Edit.evidence(
          input,
          fact ->
              promise != null
                      && fact instanceof Evidence.Died
                      && fact.life().member().equals(promise.to().member())
                  ? new Evidence.Died(promise.to())
                  : fact);
    }
  },

  PROMISE_WITHOUT_INCARNATION {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      List<Evidence> facts = new ArrayList<>();
      Edit.evidence(
          input,
          fact -> {
            facts.add(fact);
            return fact;
          });
      Promise promise = state.promise();
      for (Evidence fact : facts) {
        if (promise != null && fact.life().member().equals(promise.to().member())) {
          promise = new Promise(fact.life(), promise.epoch(), promise.untilNanos());
        }
      }
      return Edit.promise(state, promise);
    }

    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      Promise kept = step.next().promise();
      boolean renamed =
          kept != null
              && state.promise() != null
              && kept.untilNanos() == state.promise().untilNanos();
      return renamed ? Edit.next(step, Edit.promise(step.next(), state.promise())) : step;
    }
  },

  EMPTY_DIRECTORY_IS_FIRST_START {
    @Override
    public Boot boot(Boot boot) {
      return boot instanceof Boot.Empty ? new Boot.Fresh(Founding.NONE) : boot;
    }
  },

  LEADER_RESIGNS_FAILED_REELECTION {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      if (!(state.standing() instanceof Standing.Leader before
          && before.reelection() != null
          && step.next().standing() instanceof Standing.Leader after
          && after.epoch() == before.epoch()
          && after.reelection() == null)) {
        return step;
      }
      Message resignation = new Message.Resignation(before.reelection().epoch(), null);
      List<Output> sends = new ArrayList<>();
      for (RosterMember entry : state.settings().roster().members()) {
        if (!entry.member().equals(state.settings().self().member())) {
          sends.add(new Output.Send(entry.member(), Life.ANY, resignation));
        }
      }
      return Edit.plus(step, sends);
    }
  },

  FOUNDING_WITHOUT_CONFIRMATION {
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
      Map<io.understudy.ha.MemberId, Long> lives = new TreeMap<>();
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

  CATCH_UP_BEFORE_THE_WAIT_IS_OVER {
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

  REGISTER_NOT_ADOPTED {
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

  COMMIT_WITHOUT_QUORUM {
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

  PERMIT_FROM_RECEIPT {
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

  PERMITS_NOT_WAITED_OUT {
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

  PROMISE_ONLY_A_LEASE_LONG {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      Promise promise = step.next().promise();
      if (promise == null || promise.equals(state.promise())) {
        return step;
      }
      var times = state.settings().times();
      long until = promise.untilNanos() - times.promiseNanos() + times.leaseNanos();
      Promise shorter = new Promise(promise.to(), promise.epoch(), until);
      return Edit.next(step, Edit.promise(step.next(), shorter));
    }
  };

  private static Ballot inEpoch(Ballot ballot, long epoch) {
    return new Ballot(epoch, null, ballot.register(), ballot.founding());
  }
}

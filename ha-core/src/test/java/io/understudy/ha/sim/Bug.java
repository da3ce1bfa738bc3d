package io.understudy.ha.sim;

import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Boot;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Promise;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.Voting;
import java.util.ArrayList;
import java.util.List;

/**
 * Bugs in promises, votes and leases that the simulator must find: one for each rule that the
 * protocol cannot do without. Each is what a careless change would do, not just any damage.
 */
enum Bug implements Mutation {
  PROMISE_NOT_KEPT("A voter votes for nobody else while its promise runs.") {
    @Override
    public RoleState before(RoleState state, Input input, long now) {
      Message message = Edit.message(input);
      boolean asked = message instanceof Message.VoteRequest || message instanceof Message.Canvass;
      return asked ? Edit.promise(state, null) : state;
    }
  },

  VOTE_NOT_STORED("A vote is on disk before it is given.") {
    @Override
    public Step after(RoleState state, Input input, Step step, long now) {
      return Edit.message(input) instanceof Message.VoteRequest
          ? Edit.without(step, Output.Store.class)
          : step;
    }
  },

  VOTE_FORGOTTEN_AT_RESTART("A voter remembers its vote across a restart.") {
    @Override
    public Boot boot(Boot boot) {
      return boot instanceof Boot.Known known && known.ballot().votedFor() != null
          ? new Boot.Known(inEpoch(known.ballot(), known.ballot().epoch() - 1))
          : boot;
    }
  },

  EPOCH_REUSED("A candidate asks for an epoch above all that it has seen.") {
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

  LEASE_FROM_RECEIPT(
      "A lease counts from the sending of the request, not from the receipt of the answer.") {
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

  NO_WAIT_AFTER_RESTART("A restarted voter abstains: it no longer knows whom it promised.") {
    @Override
    public RoleState started(RoleState state) {
      return state.voting() instanceof Voting.Abstaining
          ? Edit.voting(state, new Voting.Ready())
          : state;
    }
  },

  WAITS_A_LEASE_AFTER_RESTART(
      "A restarted voter abstains for a promise, which is longer than a lease.") {
    @Override
    public RoleState started(RoleState state) {
      var settings = state.settings();
      return state.voting() instanceof Voting.Abstaining
          ? Edit.voting(
              state, new Voting.Abstaining(settings.startNanos() + settings.times().leaseNanos()))
          : state;
    }
  },

  OWN_VOTE_WHILE_WAITING("A restarted voter does not vote for itself either.") {
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

  RESIGNATION_WITHOUT_EPOCH("A resignation releases promises of its own epoch or below only.") {
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

  EVIDENCE_WITHOUT_INCARNATION(
      "A proof of death is about one life and not about the next one of that member.") {
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

  PROMISE_WITHOUT_INCARNATION("A promise to one life is not released by what is said of another.") {
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

  LEADER_RESIGNS_FAILED_REELECTION(
      "A leader whose lease runs never withdraws a re-election by resigning.") {
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

  PROMISE_ONLY_A_LEASE_LONG(
      "A promise outlives the lease on every pair of clocks within the bound.") {
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

  private final String rule;

  Bug(String rule) {
    this.rule = rule;
  }

  @Override
  public String rule() {
    return rule;
  }

  private static Ballot inEpoch(Ballot ballot, long epoch) {
    return new Ballot(epoch, null, ballot.register(), ballot.founding());
  }
}

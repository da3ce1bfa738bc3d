package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.internal.election.Message.Canvass;
import io.understudy.ha.internal.election.Message.CanvassReply;
import io.understudy.ha.internal.election.Message.Heartbeat;
import io.understudy.ha.internal.election.Message.HeartbeatReply;
import io.understudy.ha.internal.election.Message.Resignation;
import io.understudy.ha.internal.election.Message.StateReply;
import io.understudy.ha.internal.election.Message.StateRequest;
import io.understudy.ha.internal.election.Message.VoteReply;
import io.understudy.ha.internal.election.Message.VoteRequest;
import java.util.List;
import java.util.Set;

/**
 * The election of one role, seen from one member: a quorum lease with durable epochs.
 *
 * <p>The idea in four sentences. A voter promises a life not to vote for anybody else for {@code
 * P}, counted on its clock from <em>receipt</em>; a leader may act for {@code L}, counted on its
 * clock from <em>sending</em>; {@code P} is longer than {@code L} on every pair of clocks within
 * the bound, so the promises of a quorum outlive the lease they carry. Votes of an epoch are stored
 * before they are given, so no epoch has two leaders. A restarted voter does not know its promises
 * and therefore waits {@code P}. The register travels with votes and heartbeats, so a new leader
 * starts from what the last one decided.
 *
 * <p>The parts: {@link Voter} answers, {@link Campaign} asks, {@link LeaderDuties} renews, {@link
 * Joining} comes with an empty directory, {@link RosterChange} is about other rosters. States and
 * their transitions: {@link Standing} and {@link Voting}.
 *
 * <p>Sources: Gray and Cheriton, <em>Leases</em> (1989), for the lease and the clock bound;
 * Lamport, <em>Paxos Made Simple</em> (2001), for adopting the highest value among the votes;
 * Ongaro, <em>Consensus: Bridging Theory and Practice</em> (2014), section 9.6, for the pre-vote
 * that is called canvass here.
 */
public final class RoleMachine implements Machine {
  private final boolean fences;

  /** Makes the machine of a member that has no fence hook. */
  public RoleMachine() {
    this(false);
  }

  /**
   * Makes a machine.
   *
   * @param fences whether the member has a fence hook that ends processes
   */
  public RoleMachine(boolean fences) {
    this.fences = fences;
  }

  @Override
  public Step start(Settings settings, Boot boot, long nowNanos) {
    RoleState blank = blank(settings, nowNanos);
    Turn turn = new Turn(blank, nowNanos, fences);
    if (boot instanceof Boot.Known known) {
      turn.ballot = known.ballot();
      turn.noteEpoch(known.ballot().epoch());
      turn.voting = new Voting.Abstaining(settings.startNanos() + settings.waitNanos());
      turn.out(
          new Output.Waiting(
              true, "restarted: waits until promises of its last life have run out"));
    } else if (boot instanceof Boot.Fresh fresh) {
      turn.ballot = Ballot.BLANK.foundedBy(fresh.founding());
    } else if (boot instanceof Boot.Empty empty) {
      Joining.begin(turn, empty);
    }
    return finish(turn);
  }

  private static RoleState blank(Settings settings, long now) {
    Outlook outlook =
        new Outlook(
            Set.of(),
            new Input.Candidacy(false, List.of()),
            null,
            0,
            RegisterValue.NONE,
            0,
            List.of(),
            now,
            settings.times().minStepNanos(),
            0,
            false,
            null,
            Step.NEVER);
    return new RoleState(
        settings,
        Ballot.BLANK,
        new Voting.Ready(),
        null,
        new Standing.Follower(),
        outlook,
        Pair.blank(settings.roster().stamp(), now));
  }

  @Override
  public Step step(RoleState state, Input input, long nowNanos) {
    Turn turn = new Turn(state, nowNanos, fences);
    Fencing.begin(turn);
    // What time has ended is over before anything else is looked at: a late acknowledgement
    // revives no lease, a late message binds no free voter.
    passTime(turn);
    accept(turn, input);
    act(turn);
    return finish(turn);
  }

  private static void passTime(Turn turn) {
    if (turn.voting instanceof Voting.Abstaining wait && turn.now - wait.untilNanos() >= 0) {
      turn.voting = new Voting.Ready();
      turn.freeSinceNanos = turn.now;
      turn.out(new Output.Waiting(false, ""));
    }
    if (turn.standing instanceof Standing.Leader leader
        && turn.now - leader.leaseUntilNanos() >= 0) {
      Departure.expire(turn, leader);
    }
    Campaign.expire(turn);
    if (turn.leader != null && !turn.isBoundTo(turn.leader)) {
      turn.forgetLeader();
    }
  }

  private static void accept(Turn turn, Input input) {
    if (input instanceof Input.Received received) {
      receive(turn, received.envelope());
    } else if (input instanceof Input.PeersSeen seen) {
      see(turn, seen.reachable());
    } else if (input instanceof Input.Candidacy candidacy) {
      run(turn, candidacy);
    } else if (input instanceof Input.Resign resign) {
      Departure.resign(turn, resign);
    } else if (input instanceof Input.Write write) {
      LeaderDuties.write(turn, write);
    } else if (input instanceof Input.Learned learned) {
      turn.learn(learned.evidence());
    } else if (input instanceof Input.FenceAnswered answer) {
      Fencing.answered(turn, answer);
    } else if (input instanceof Input.FenceConfirmed confirmed) {
      Fencing.confirmed(turn, confirmed.member());
    } else if (input instanceof Input.Founded founded) {
      Joining.founded(turn, founded.founding());
    } else if (input instanceof Input.DirectoryUsed) {
      Joining.directoryUsed(turn);
    } else if (input instanceof Input.EmptyStateConfirmed) {
      Joining.confirmed(turn);
    } else {
      acceptOfRoster(turn, input);
    }
  }

  private static void acceptOfRoster(Turn turn, Input input) {
    if (input instanceof Input.RosterChanged changed) {
      RosterChange.adopt(turn, changed.roster());
    } else if (input instanceof Input.RosterCommitted committed) {
      RosterChange.committed(turn, committed.sinceNanos());
    } else if (input instanceof Input.RosterTold told) {
      RosterChange.told(turn, told);
    } else if (input instanceof Input.WriteRoster write) {
      LeaderDuties.writeRoster(turn, write);
    } else if (input instanceof Input.RosterConfirmed confirmed) {
      Joining.confirmed(turn, confirmed.value());
    } else if (input instanceof Input.StepAside) {
      Departure.stepAside(turn);
    } else if (input instanceof Input.Refresh) {
      turn.sendToOthers(new StateRequest(0));
    }
  }

  private static void see(Turn turn, Set<MemberId> reachable) {
    boolean saw = turn.seesQuorum();
    turn.reachable = reachable;
    if (!saw && turn.now - turn.freeSinceNanos > 0) {
      turn.freeSinceNanos = turn.now; // ranks count from the moment at which a campaign makes sense
    }
  }

  private static void run(Turn turn, Input.Candidacy candidacy) {
    turn.candidacy = candidacy;
    if (!candidacy.eligible()) {
      Departure.standDown(turn);
    }
  }

  private static void receive(Turn turn, Envelope envelope) {
    Life from = envelope.from();
    boolean meantForMe =
        envelope.toIncarnation() == Life.ANY
            || envelope.toIncarnation() == turn.self().incarnation();
    if (!meantForMe || from.member().equals(turn.self().member())) {
      return;
    }
    Message message = envelope.message();
    boolean sameRoster =
        turn.roster().contains(from.member()) && envelope.rosterStamp() == turn.roster().stamp();
    if (sameRoster) {
      Fencing.heard(turn, from, message);
    }
    if (message instanceof Resignation resignation) {
      // True whatever roster its sender is in: it takes back what this very voter gave.
      Voter.onResignation(turn, from, resignation);
    } else if (sameRoster) {
      receive(turn, from, message);
    }
  }

  private static void receive(Turn turn, Life from, Message message) {
    if (message instanceof Heartbeat heartbeat) {
      Voter.onHeartbeat(turn, from, heartbeat);
    } else if (message instanceof HeartbeatReply reply) {
      LeaderDuties.onHeartbeatReply(turn, from, reply);
    } else if (message instanceof Canvass canvass) {
      Voter.onCanvass(turn, from, canvass);
    } else if (message instanceof CanvassReply reply) {
      Campaign.onCanvassReply(turn, from, reply);
    } else if (message instanceof VoteRequest request) {
      Voter.onVoteRequest(turn, from, request);
    } else if (message instanceof VoteReply reply) {
      Campaign.onVoteReply(turn, from, reply);
    } else if (message instanceof StateRequest request) {
      Joining.onStateRequest(turn, from, request);
    } else if (message instanceof StateReply reply) {
      Joining.onStateReply(turn, from, reply);
    }
  }

  /** What is due now, whatever the input was. */
  private static void act(Turn turn) {
    if (turn.voting instanceof Voting.Uninformed) {
      Joining.act(turn);
    }
    if (turn.standing instanceof Standing.Leader) {
      LeaderDuties.act(turn);
    } else {
      Campaign.act(turn);
    }
    Fencing.act(turn);
  }

  private static Step finish(Turn turn) {
    RoleState next = turn.state();
    return new Step(next, List.copyOf(turn.outputs), WakeUp.of(turn));
  }
}

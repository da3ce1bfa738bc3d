package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Promise;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.Settings;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Step;
import io.understudy.ha.internal.election.Voting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Changed copies of what goes in and out of a machine. */
final class Edit {
  private Edit() {}

  static RoleState promise(RoleState s, @Nullable Promise promise) {
    return new RoleState(
        s.settings(), s.ballot(), s.voting(), promise, s.standing(), s.outlook(), s.pair());
  }

  static RoleState voting(RoleState s, Voting voting) {
    return new RoleState(
        s.settings(), s.ballot(), voting, s.promise(), s.standing(), s.outlook(), s.pair());
  }

  static RoleState standing(RoleState s, Standing standing) {
    return new RoleState(
        s.settings(), s.ballot(), s.voting(), s.promise(), standing, s.outlook(), s.pair());
  }

  static RoleState pair(RoleState s, io.understudy.ha.internal.election.Pair pair) {
    return new RoleState(
        s.settings(), s.ballot(), s.voting(), s.promise(), s.standing(), s.outlook(), pair);
  }

  static RoleState ballot(RoleState s, Ballot ballot) {
    return new RoleState(
        s.settings(), ballot, s.voting(), s.promise(), s.standing(), s.outlook(), s.pair());
  }

  /** Counts quorums against another roster. */
  static RoleState roster(RoleState s, Roster roster) {
    Settings o = s.settings();
    Settings changed =
        new Settings(o.role(), o.self(), roster, o.times(), o.startNanos(), o.waitNanos());
    return new RoleState(
        changed, s.ballot(), s.voting(), s.promise(), s.standing(), s.outlook(), s.pair());
  }

  /** Takes an epoch for the highest ever heard of. */
  static RoleState highestEpoch(RoleState s, long epoch) {
    return outlook(s, epoch, s.outlook().rosterCommittedNanos());
  }

  static RoleState rosterCommittedNanos(RoleState s, long nanos) {
    return outlook(s, s.outlook().highestEpoch(), nanos);
  }

  private static RoleState outlook(RoleState s, long highestEpoch, long rosterCommittedNanos) {
    var o = s.outlook();
    var changed =
        new io.understudy.ha.internal.election.Outlook(
            o.reachable(),
            o.candidacy(),
            o.leader(),
            o.leaderEpoch(),
            o.committed(),
            highestEpoch,
            o.evidence(),
            o.freeSinceNanos(),
            o.stepNanos(),
            o.attempts(),
            o.invited(),
            o.courtesy(),
            rosterCommittedNanos);
    return new RoleState(
        s.settings(), s.ballot(), s.voting(), s.promise(), s.standing(), changed, s.pair());
  }

  static Standing.Leader peers(Standing.Leader l, UnaryOperator<Standing.Peer> change) {
    var peers = new TreeMap<>(l.peers());
    peers.replaceAll((member, peer) -> change.apply(peer));
    return peers(l, peers, l.strangersPermittedUntilNanos());
  }

  static Standing.Leader peers(
      Standing.Leader l, Map<MemberId, Standing.Peer> peers, long strangersPermittedUntilNanos) {
    return new Standing.Leader(
        l.epoch(),
        l.wonNanos(),
        l.leaseUntilNanos(),
        l.announced(),
        l.committed(),
        l.settled(),
        l.nextRoundNanos(),
        l.lastRoundNanos(),
        peers,
        l.reelection(),
        l.reelectNotBeforeNanos(),
        strangersPermittedUntilNanos);
  }

  /** The epoch of a vote request; -1 if the input is none. */
  static long epochAsked(Input input) {
    return message(input) instanceof Message.VoteRequest request ? request.epoch() : -1;
  }

  /** As if the voter had voted for whoever asks. */
  static RoleState votedForSender(RoleState s, Input input) {
    Ballot b = s.ballot();
    Life sender = ((Input.Received) input).envelope().from();
    return ballot(s, new Ballot(b.epoch(), sender, b.register(), b.founding()));
  }

  /** Saves a vote that changed though the epoch did not, or takes it back if it was refused. */
  static Step savingVote(RoleState before, Step step) {
    Ballot after = step.next().ballot();
    boolean changed =
        after.epoch() == before.ballot().epoch()
            && !Objects.equals(after.votedFor(), before.ballot().votedFor());
    if (!changed) {
      return step;
    }
    boolean granted =
        step.outputs().stream()
            .anyMatch(
                output ->
                    output instanceof Output.Send send
                        && send.message() instanceof Message.VoteReply reply
                        && reply.granted());
    if (!granted) {
      return next(step, ballot(step.next(), before.ballot()));
    }
    List<Output> outputs = new ArrayList<>();
    outputs.add(new Output.Store(after));
    outputs.addAll(step.outputs());
    return new Step(step.next(), outputs, step.wakeAtNanos());
  }

  static Standing.Leader announced(Standing.Leader l) {
    return new Standing.Leader(
        l.epoch(),
        l.wonNanos(),
        l.leaseUntilNanos(),
        true,
        l.committed(),
        l.settled(),
        l.nextRoundNanos(),
        l.lastRoundNanos(),
        l.peers(),
        l.reelection(),
        l.reelectNotBeforeNanos(),
        l.strangersPermittedUntilNanos());
  }

  static Standing.Poll sentNanos(Standing.Poll p, long sent) {
    return new Standing.Poll(
        p.epoch(), sent, p.untilNanos(), p.retryNanos(), p.granted(), p.refused(), p.register());
  }

  /** The received message, or null if the input is none. */
  static @Nullable Message message(Input input) {
    return input instanceof Input.Received received ? received.envelope().message() : null;
  }

  static Input received(Input input, Message message) {
    Envelope e = ((Input.Received) input).envelope();
    return new Input.Received(
        new Envelope(e.role(), e.from(), e.toIncarnation(), e.rosterStamp(), message));
  }

  /** As if the sender counted quorums against the same changed roster. */
  static Input under(Roster roster, RoleState state, Input input) {
    if (!(input instanceof Input.Received received)
        || received.envelope().rosterStamp() != state.settings().roster().stamp()) {
      return input;
    }
    Envelope e = received.envelope();
    return new Input.Received(
        new Envelope(e.role(), e.from(), e.toIncarnation(), roster.stamp(), e.message()));
  }

  /** Changes whatever evidence an input carries. */
  static Input evidence(Input input, UnaryOperator<Evidence> change) {
    if (input instanceof Input.Learned learned) {
      return new Input.Learned(change.apply(learned.evidence()));
    }
    Message message = message(input);
    if (message instanceof Message.Canvass canvass) {
      return received(
          input, new Message.Canvass(canvass.round(), each(canvass.evidence(), change)));
    }
    if (message instanceof Message.VoteRequest request) {
      return received(
          input,
          new Message.VoteRequest(
              request.epoch(), request.sentNanos(), each(request.evidence(), change)));
    }
    return input;
  }

  private static List<Evidence> each(List<Evidence> evidence, UnaryOperator<Evidence> change) {
    return evidence.stream().map(change).toList();
  }

  static Step next(Step step, RoleState next) {
    return new Step(next, step.outputs(), step.wakeAtNanos());
  }

  static Step plus(Step step, List<? extends Output> more) {
    List<Output> outputs = new ArrayList<>(step.outputs());
    outputs.addAll(more);
    return new Step(step.next(), outputs, step.wakeAtNanos());
  }

  static Step without(Step step, Class<? extends Output> kind) {
    return new Step(
        step.next(),
        step.outputs().stream().filter(output -> !kind.isInstance(output)).toList(),
        step.wakeAtNanos());
  }
}

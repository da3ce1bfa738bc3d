package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RevokeReason;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Message.Echo;
import io.understudy.ha.internal.election.Message.Heartbeat;
import io.understudy.ha.internal.election.Message.HeartbeatReply;
import io.understudy.ha.internal.election.Output.Answer;
import io.understudy.ha.internal.election.Output.Outcome;
import io.understudy.ha.internal.election.Standing.Leader;
import io.understudy.ha.internal.election.Standing.Peer;
import io.understudy.ha.internal.election.Standing.Poll;
import java.util.Map;
import java.util.TreeMap;

/** What a leader does while it leads: renew, commit, ask again. How it ends: {@link Departure}. */
final class LeaderDuties {
  private LeaderDuties() {}

  /**
   * The votes are in. The register of the highest version is committed again before anybody is
   * told.
   */
  static void begin(Turn turn, Poll poll) {
    long leaseUntil = poll.sentNanos() + turn.times().leaseNanos();
    // A re-elected leader may have written since it asked.
    boolean ownIsNewer = turn.ballot.register().version().isNewerThan(poll.register().version());
    RegisterValue highest = ownIsNewer ? turn.ballot.register() : poll.register();
    turn.out(new Output.PermitEnded());
    turn.store(turn.ballot.holding(highest.withVersion(new RegisterVersion(poll.epoch(), 0))));
    Leader leader =
        new Leader(
            poll.epoch(),
            turn.now,
            leaseUntil,
            false,
            RegisterVersion.NONE,
            RegisterVersion.NONE,
            turn.now,
            poll.sentNanos(),
            firstPeers(turn, poll),
            null,
            turn.now,
            RosterChange.strangersPermittedUntil(turn));
    turn.standing = leader;
    Fencing.metVoters(turn, poll);
    commitIfStored(turn);
  }

  /** A vote counts as the acknowledgement of the round that asked for it. */
  private static Map<MemberId, Peer> firstPeers(Turn turn, Poll poll) {
    Map<MemberId, Peer> peers = new TreeMap<>();
    // A predecessor may have given a permit until the moment at which its lease ended, which was
    // before
    // the votes came in.
    long permitUntil = turn.now + turn.times().promiseNanos();
    for (RosterMember entry : turn.roster().members()) {
      if (!entry.member().equals(turn.self().member())) {
        boolean voted = poll.granted().contains(entry.member());
        peers.put(
            entry.member(),
            new Peer(voted, poll.sentNanos(), RegisterVersion.NONE, null, permitUntil, false));
      }
    }
    return peers;
  }

  static void act(Turn turn) {
    if (!(turn.standing instanceof Leader leader)) {
      return;
    }
    if (leader.reelection() != null) {
      leader = actOnReelection(turn, leader, leader.reelection());
    }
    if (turn.now - leader.nextRoundNanos() >= 0) {
      leader = sendRound(turn, leader);
    }
    turn.standing = leader;
    renew(turn);
    settleIfSafe(turn);
  }

  private static Leader actOnReelection(Turn turn, Leader leader, Poll poll) {
    return turn.now - poll.retryNanos() >= 0
        ? LeaderEdit.of(leader).reelection(Campaign.askAgain(turn, poll)).build()
        : leader;
  }

  private static Leader sendRound(Turn turn, Leader leader) {
    // Its own promise, not made stronger by a re-election that may fail.
    turn.promise(turn.self(), turn.ballot.epoch());
    leader.peers().forEach((to, peer) -> sendHeartbeat(turn, leader, to, peer));
    return LeaderEdit.of(leader)
        .lastRoundNanos(turn.now)
        .nextRoundNanos(nextRoundNanos(turn))
        .build();
  }

  private static void sendHeartbeat(Turn turn, Leader leader, MemberId to, Peer peer) {
    RegisterValue register = turn.ballot.register();
    boolean pending = !register.version().equals(leader.committed());
    boolean upToDate = peer.stored().equals(register.version());
    // To a peer that holds an older value nothing is confirmed before it has stored this one.
    Echo echo = pending || !upToDate || !RosterChange.mayPermit(turn) ? null : peer.echo();
    turn.send(
        to,
        new Heartbeat(
            leader.epoch(),
            turn.now,
            register.version(),
            leader.committed(),
            upToDate ? null : register,
            echo));
  }

  /**
   * The next point of a grid that all roles of this life share, so that their rounds go out
   * together; never later than one heartbeat from now. A round that went out early, because of a
   * write or a commit, falls back onto it.
   */
  private static long nextRoundNanos(Turn turn) {
    long heartbeat = turn.times().heartbeatNanos();
    return turn.now + heartbeat - Math.floorMod(turn.now - turn.settings.startNanos(), heartbeat);
  }

  static void onHeartbeatReply(Turn turn, Life from, HeartbeatReply reply) {
    turn.noteEpoch(reply.voterEpoch());
    if (!(turn.standing instanceof Leader leader) || reply.epoch() != leader.epoch()) {
      return;
    }
    if (!reply.accepted()) {
      reelect(turn, leader, reply.voterEpoch());
      return;
    }
    Peer before = leader.peers().get(from.member());
    if (before == null) {
      return;
    }
    Map<MemberId, Peer> peers = new TreeMap<>(leader.peers());
    Peer now = before.acknowledgedBy(from, reply, turn.now + turn.times().promiseNanos());
    peers.put(from.member(), now);
    Leader after = LeaderEdit.of(leader).peers(peers).build();
    turn.standing = after;
    Fencing.metFollower(turn, from, reply);
    RegisterVersion committed = leader.committed();
    if (!before.stored().equals(committed) && now.stored().equals(committed)) {
      // It stored the value after the others had committed it: it gets its permit now, and not with
      // the next round.
      sendHeartbeat(turn, after, from.member(), now);
    }
    commitIfStored(turn);
  }

  private static void renew(Turn turn) {
    Leader leader = (Leader) turn.standing;
    long base = leader.leaseUntilNanos() - turn.times().leaseNanos();
    long newest = quorumSentNanos(turn, leader, base);
    if (newest - base > 0) {
      long until = newest + turn.times().leaseNanos();
      Leader renewed = LeaderEdit.of(leader).leaseUntilNanos(until).build();
      turn.standing = renewed;
      if (renewed.announced()) {
        turn.out(new Output.Extend(renewed.epoch(), until));
        permitItself(turn, renewed);
      }
    }
  }

  /** The newest send time that this member and others, together a quorum, have acknowledged. */
  private static long quorumSentNanos(Turn turn, Leader leader, long floorNanos) {
    long newest = floorNanos;
    if (leader.lastRoundNanos() - newest > 0
        && isAcknowledged(turn, leader, leader.lastRoundNanos())) {
      return leader.lastRoundNanos();
    }
    long tooNew = leader.lastRoundNanos(); // what no quorum has acknowledged, nor anything newer
    for (Peer candidate : leader.peers().values()) {
      long sent = candidate.ackedNanos();
      if (candidate.acknowledged() && sent - newest > 0 && sent - tooNew < 0) {
        if (isAcknowledged(turn, leader, sent)) {
          newest = sent;
        } else {
          tooNew = sent;
        }
      }
    }
    return newest;
  }

  private static boolean isAcknowledged(Turn turn, Leader leader, long sentNanos) {
    return turn.isQuorum(
        m -> {
          Peer peer = leader.peers().get(m);
          return peer == null
              ? m.equals(turn.self().member())
              : peer.acknowledged() && peer.ackedNanos() - sentNanos >= 0;
        });
  }

  private static void commitIfStored(Turn turn) {
    Leader leader = (Leader) turn.standing;
    RegisterVersion version = turn.ballot.register().version();
    if (version.equals(leader.committed()) || !isStored(turn, leader, version)) {
      return;
    }
    // The next round goes out at once, so that everybody learns of it.
    Leader committed = LeaderEdit.of(leader).announcing(version).nextRoundNanos(turn.now).build();
    turn.standing = committed;
    turn.commit(turn.ballot.register());
    if (!leader.announced()) {
      turn.out(new Output.Elected(leader.epoch(), leader.leaseUntilNanos()));
      turn.follow(turn.self(), leader.epoch());
    }
    permitItself(turn, committed);
  }

  private static boolean isStored(Turn turn, Leader leader, RegisterVersion version) {
    return turn.isQuorum(
        m -> {
          Peer peer = leader.peers().get(m);
          return peer == null ? m.equals(turn.self().member()) : peer.stored().equals(version);
        });
  }

  /**
   * A leader may act on its own committed value while its lease runs, unless a newer one is on its
   * way.
   */
  private static void permitItself(Turn turn, Leader leader) {
    if (leader.committed().equals(turn.ballot.register().version())) {
      turn.out(new Output.Permit(leader.committed(), leader.leaseUntilNanos()));
    }
  }

  private static void settleIfSafe(Turn turn) {
    Leader leader = (Leader) turn.standing;
    RegisterVersion version = leader.committed();
    if (version.isNewerThan(leader.settled())
        && version.equals(turn.ballot.register().version())
        && turn.now - settledAtNanos(turn, leader) >= 0) {
      turn.standing = LeaderEdit.of(leader).settled(version).build();
      turn.out(new Output.Settled(version));
    }
  }

  /** When the last permit on an older value that anybody may hold has run out. */
  static long settledAtNanos(Turn turn, Leader leader) {
    RegisterVersion version = turn.ballot.register().version();
    long latest = leader.strangersPermittedUntilNanos();
    for (Map.Entry<MemberId, Peer> entry : leader.peers().entrySet()) {
      Peer peer = entry.getValue();
      if (!peer.stored().equals(version) && peer.permitUntilNanos() - latest > 0) {
        latest = peer.permitUntilNanos();
      }
    }
    return latest;
  }

  static void write(Turn turn, Input.Write write) {
    if (!(turn.standing instanceof Leader leader) || !leader.announced()) {
      turn.out(new Answer(write.request(), Outcome.NOT_LEADER, null));
      return;
    }
    RegisterVersion version =
        new RegisterVersion(leader.epoch(), turn.ballot.register().version().seq() + 1);
    turn.out(new Output.PermitEnded());
    turn.store(turn.ballot.holding(new RegisterValue(version, write.value())));
    turn.out(new Answer(write.request(), Outcome.DONE, version));
    turn.standing = LeaderEdit.of(leader).nextRoundNanos(turn.now).build();
    commitIfStored(turn);
  }

  /** Like {@link #write}, but what is stored for it counts under the new roster from the start. */
  static void writeRoster(Turn turn, Input.WriteRoster write) {
    if (turn.standing instanceof Leader leader && leader.announced()) {
      RegisterVersion version =
          new RegisterVersion(leader.epoch(), turn.ballot.register().version().seq() + 1);
      turn.out(new Output.PermitEnded());
      turn.store(turn.ballot.holding(write.value().withVersion(version)));
      RosterChange.adopt(turn, write.roster());
    }
  }

  /**
   * Voters stand in a higher epoch, left over from a lost race. The lease goes on; the same voters
   * are asked for an epoch above, and with a quorum one leadership ends and the next begins in one
   * step.
   */
  static void reelect(Turn turn, Leader leader, long voterEpoch) {
    boolean askedAlready = leader.reelection() != null && leader.reelection().epoch() >= voterEpoch;
    if (askedAlready
        || voterEpoch <= leader.epoch()
        || turn.now - leader.reelectNotBeforeNanos() < 0) {
      return;
    }
    Poll poll = Campaign.openPoll(turn);
    turn.standing =
        LeaderEdit.of(leader)
            .reelection(poll)
            .reelectNotBeforeNanos(turn.now + turn.times().retryNanos())
            .build();
    if (turn.isQuorum(poll.granted()::contains)) {
      onReelectionVote(turn, (Leader) turn.standing, poll);
    }
  }

  static void onReelectionVote(Turn turn, Leader leader, Poll poll) {
    if (!turn.isQuorum(poll.granted()::contains)) {
      turn.standing = LeaderEdit.of(leader).reelection(poll).build();
      return;
    }
    Departure.revoke(turn, leader, RevokeReason.SUPERSEDED);
    begin(turn, poll);
  }

  /** Asked in vain. No resignation: the promises it would release carry the running lease. */
  static void dropReelection(Turn turn, Leader leader) {
    turn.standing = LeaderEdit.of(leader).reelection(null).build();
  }

  /**
   * The lease goes on, and only what is acknowledged under the new roster renews it. Who left may
   * still hold a permit. Who may not lead under it hands over.
   */
  static void continueUnder(Turn turn, Leader leader) {
    if (!turn.roster().mayLead(turn.self().member())) {
      Departure.leaveRoster(turn, leader);
      return;
    }
    Map<MemberId, Peer> peers = new TreeMap<>();
    for (RosterMember entry : turn.roster().members()) {
      Peer before = leader.peers().get(entry.member());
      if (!entry.member().equals(turn.self().member())) {
        long permitUntil =
            before == null
                ? leader.wonNanos() + turn.times().promiseNanos()
                : before.permitUntilNanos();
        boolean electable = before != null && before.electable();
        peers.put(
            entry.member(),
            new Peer(false, leader.wonNanos(), RegisterVersion.NONE, null, permitUntil, electable));
      }
    }
    long strangers = leader.strangersPermittedUntilNanos();
    for (Map.Entry<MemberId, Peer> entry : leader.peers().entrySet()) {
      long permitUntil = entry.getValue().permitUntilNanos();
      if (!peers.containsKey(entry.getKey()) && permitUntil - strangers > 0) {
        strangers = permitUntil;
      }
    }
    turn.standing =
        LeaderEdit.of(leader)
            .peers(peers)
            .reelection(null)
            .strangersPermittedUntilNanos(strangers)
            .nextRoundNanos(turn.now)
            .build();
    commitIfStored(turn);
  }
}

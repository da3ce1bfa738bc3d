package io.understudy.ha.sim;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterChange;
import io.understudy.ha.internal.runtime.MemberRecord;
import io.understudy.ha.internal.runtime.RosterCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges every event by the invariants of the design. An overlap of leases or permits can only
 * begin at an announcement, so it is looked for there.
 */
final class Invariants {
  private final SimCluster cluster;
  private final List<String> roles;
  private final List<RoleFacts> facts = new ArrayList<>();
  private final RosterFacts rosters;
  private final Set<Long> answered = new HashSet<>();

  Invariants(SimCluster cluster) {
    this.cluster = cluster;
    this.roles = cluster.shape().allRoles();
    this.rosters = new RosterFacts(cluster);
    for (int i = 0; i < roles.size(); i++) {
      facts.add(new RoleFacts(cluster));
    }
  }

  String nameOf(RoleFacts role) {
    return roles.get(facts.indexOf(role));
  }

  private int roleIndex(String role) {
    return roles.indexOf(role);
  }

  /** A leadership begins, announced or not. */
  private void won(int role, Life life, long epoch) {
    facts.get(role).won(life, epoch);
    if (!cluster.member(life.member()).store().roster().mayLead(life.member())) {
      throw new Violation(Invariant.CONTRACT, life + " leads and is a witness or a stranger");
    }
  }

  // ---- saved

  void stored(SimMember member, MemberRecord before, MemberRecord after) {
    boolean otherRoster = rosters.changed(member);
    for (Map.Entry<String, Ballot> entry : after.ballots().entrySet()) {
      Ballot old = before.ballots().get(entry.getKey());
      int role = roleIndex(entry.getKey());
      if (role >= 0 && !entry.getValue().equals(old)) {
        if (!entry.getValue().founding().lives().isEmpty() && old == null) {
          cluster.tally().foundings++;
        }
        facts.get(role).stored(member, old, entry.getValue());
        if (otherRoster && !entry.getKey().equals(RosterChange.ROLE)) {
          // One save, two decisions: it was acknowledged under the former roster if it came first.
          Roster former = RosterCodec.known(before).roster();
          facts.get(role).holds(member, entry.getValue(), former);
        }
      }
    }
    if (otherRoster) {
      after
          .ballots()
          .forEach(
              (role, ballot) -> {
                if (roleIndex(role) >= 0) {
                  facts.get(roleIndex(role)).holds(member, ballot);
                }
              });
    }
  }

  // ---- sent

  /** Whatever the member does next was decided after all that it saved so far. */
  void begins(SimMember member) {
    facts.forEach(role -> role.begins(member));
  }

  void sent(SimMember member, MemberId to, Envelope envelope) {
    int role = roleIndex(envelope.role());
    if (role < 0) {
      return;
    }
    Ballot ballot = savedBallot(member, envelope.role());
    Message message = envelope.message();
    require(
        isSaved(member, new Life(to, envelope.toIncarnation()), role, message),
        member,
        message,
        ballot);
    if (message instanceof Message.VoteRequest request) {
      facts.get(role).voted(member, request.epoch(), member.life());
    } else if (message instanceof Message.VoteReply reply && reply.granted()) {
      facts.get(role).voted(member, reply.epoch(), new Life(to, envelope.toIncarnation()));
    } else if (message instanceof Message.Heartbeat heartbeat) {
      won(role, member.life(), heartbeat.epoch());
    } else if (message instanceof Message.HeartbeatReply reply && reply.accepted()) {
      member.face(role).acknowledgedEpoch = reply.epoch();
    }
  }

  /** Whether a message says nothing that a crash right now would make untrue. */
  private boolean isSaved(SimMember member, Life to, int role, Message message) {
    Ballot ballot = savedBallot(member, roles.get(role));
    RegisterVersion version = ballot.register().version();
    if (message instanceof Message.VoteRequest request) {
      return isVoteSaved(member, role, request.epoch(), member.life());
    }
    if (message instanceof Message.VoteReply reply && reply.granted()) {
      return isVoteSaved(member, role, reply.epoch(), to)
          && reply.register() != null
          && !reply.register().version().isNewerThan(version)
          && (!reply.register().version().equals(version)
              || reply.register().equals(ballot.register()));
    }
    if (message instanceof Message.Heartbeat heartbeat) {
      return ballot.epoch() >= heartbeat.epoch() && !heartbeat.version().isNewerThan(version);
    }
    if (message instanceof Message.HeartbeatReply reply && reply.accepted()) {
      return ballot.epoch() >= reply.epoch() && !reply.stored().isNewerThan(version);
    }
    if (message instanceof Message.StateReply reply
        && reply.knowledge() == Message.Knowledge.KNOWN) {
      return ballot.epoch() >= reply.epoch() && !reply.register().version().isNewerThan(version);
    }
    return true;
  }

  /** On disk now, or it was before a vote of a higher epoch: they can leave in one parcel. */
  private boolean isVoteSaved(SimMember member, int role, long epoch, Life candidate) {
    Ballot ballot = savedBallot(member, roles.get(role));
    return ballot.epoch() == epoch
        ? candidate.equals(ballot.votedFor())
        : ballot.epoch() > epoch
            && (facts.get(role).hasVoted(member, epoch, candidate)
                || facts.get(role).mayHaveSkipped(member, epoch, candidate));
  }

  /** A quorum has stored a register with this content. */
  void committedBy(RoleFacts role, long payload) {
    if (nameOf(role).equals(RosterChange.ROLE)) {
      rosters.committed(payload);
    }
  }

  RosterFacts rosters() {
    return rosters;
  }

  private static Ballot savedBallot(SimMember member, String role) {
    return member.store().stored().ballots().getOrDefault(role, Ballot.BLANK);
  }

  private static void require(boolean saved, SimMember member, Message message, Ballot ballot) {
    if (!saved) {
      throw new Violation(
          Invariant.I5_SAVED_FIRST,
          member.life() + " sends " + message + " with only " + ballot + " saved");
    }
  }

  // ---- announced

  void announced(SimMember member, String roleName, Output output) {
    int role = roleIndex(roleName);
    if (role < 0) {
      return;
    }
    Face face = member.face(role);
    if (output instanceof Output.Elected elected) {
      elected(member, role, elected);
    } else if (output instanceof Output.Extend extend) {
      if (!face.open || face.epoch != extend.epoch()) {
        throw new Violation(
            Invariant.CONTRACT, member.life() + " extends what is not open: " + extend);
      }
      face.lease = member.lease(extend.leaseUntilNanos());
      checkOneLease(member, role);
    } else if (output instanceof Output.Revoked revoked) {
      if (face.open && face.epoch == revoked.epoch()) {
        face.open = false;
      }
    } else if (output instanceof Output.LeaderSeen seen) {
      leaderSeen(member, role, seen);
    } else if (output instanceof Output.Committed committed) {
      committed(member, role, committed);
    } else if (output instanceof Output.Answer answer
        && answer.request() != 0
        && !answered.add(answer.request())) {
      throw new Violation(Invariant.CONTRACT, member.life() + " answers twice: " + answer);
    } else {
      permits(member, role, output);
    }
  }

  private void elected(SimMember member, int role, Output.Elected elected) {
    Face face = member.face(role);
    if (face.open) {
      throw new Violation(
          Invariant.CONTRACT,
          member.life() + " is elected though epoch " + face.epoch + " is open");
    }
    cluster.tally().elections++;
    cluster.tally().reelections += face.epoch > 0 && face.epoch < elected.epoch() ? 1 : 0;
    face.open = true;
    face.epoch = elected.epoch();
    face.lease = member.lease(elected.leaseUntilNanos());
    won(role, member.life(), elected.epoch());
    // Announced late, after a pause between winning and telling, it opens nothing.
    if (face.leads(member.localNanos())) {
      requireSaved(member, role, elected);
      facts.get(role).announced(member.life(), elected.epoch());
      facts.get(role).checkInherited(member, elected.epoch());
    }
    checkOneLease(member, role);
  }

  private void requireSaved(SimMember member, int role, Output.Elected elected) {
    Ballot ballot = member.store().stored().ballots().get(roles.get(role));
    if (ballot == null || ballot.epoch() < elected.epoch()) {
      throw new Violation(
          Invariant.I5_SAVED_FIRST, member.life() + " announces " + elected + " with " + ballot);
    }
  }

  private void checkOneLease(SimMember member, int role) {
    if (!member.face(role).leads(member.localNanos())) {
      return;
    }
    for (SimMember other : cluster.members()) {
      if (other != member && other.face(role).leads(other.localNanos())) {
        throw new Violation(
            Invariant.I2_ONE_LEASE,
            member.life()
                + " leads in epoch "
                + member.face(role).epoch
                + " while "
                + other.life()
                + " leads in epoch "
                + other.face(role).epoch);
      }
    }
  }

  private void leaderSeen(SimMember member, int role, Output.LeaderSeen seen) {
    if (seen.leader() != null && !facts.get(role).isLeader(seen.leader(), seen.epoch())) {
      throw new Violation(
          Invariant.CONTRACT, member.life() + " sees a leader that never was: " + seen);
    }
    member.face(role).leader = seen.leader();
    member.face(role).leaderEpoch = seen.epoch();
  }

  private void committed(SimMember member, int role, Output.Committed committed) {
    cluster.tally().commits++;
    Face face = member.face(role);
    RegisterVersion version = committed.value().version();
    if (!version.isNewerThan(face.committed)) {
      throw new Violation(
          Invariant.I4_REGISTER,
          member.life() + " announces " + version + " as committed after " + face.committed);
    }
    face.committed = version;
    facts.get(role).toldCommitted(member, committed.value());
  }

  // ---- permits

  private void permits(SimMember member, int role, Output output) {
    Face face = member.face(role);
    if (output instanceof Output.PermitEnded) {
      face.permitted = null;
    } else if (output instanceof Output.Permit permit) {
      cluster.tally().permits++;
      face.permitted = permit.version();
      face.permit = member.lease(permit.untilNanos());
      checkPermit(member, role, facts.get(role).settled());
    } else if (output instanceof Output.Settled settled) {
      settled(member, role, settled.version());
    }
  }

  private void settled(SimMember member, int role, RegisterVersion version) {
    cluster.tally().settled++;
    Face face = member.face(role);
    if (!version.isNewerThan(face.settled)) {
      throw new Violation(
          Invariant.I8_PERMITS, member.life() + " settles " + version + " after " + face.settled);
    }
    face.settled = version;
    facts.get(role).settle(version);
    for (SimMember other : cluster.members()) {
      checkPermit(other, role, version);
    }
  }

  private static void checkPermit(SimMember member, int role, RegisterVersion settled) {
    Face face = member.face(role);
    if (face.isPermitted(member.localNanos()) && settled.isNewerThan(face.permitted)) {
      throw new Violation(
          Invariant.I8_PERMITS,
          member.life() + " may act on " + face.permitted + " though " + settled + " is settled");
    }
  }
}

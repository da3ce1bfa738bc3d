package io.understudy.ha.sim;

import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The history of one role as nobody inside the cluster can know it: who won, who voted, what is
 * committed. A fact that contradicts it is a violation.
 */
final class RoleFacts {
  private final SimCluster cluster;
  private final Map<Long, EpochFacts> epochs = new HashMap<>();
  private final Map<RegisterVersion, Long> payloads = new HashMap<>();
  private final Map<Long, RegisterVersion> origins = new HashMap<>();
  private final int[] disks;

  /** Between which epochs a member's last save lies: a turn that votes twice saves once. */
  private final Map<SimMember, long[]> lastSaves = new HashMap<>();

  private RegisterVersion committed = RegisterVersion.NONE;
  private RegisterVersion committedOrigin = RegisterVersion.NONE;
  private RegisterVersion settled = RegisterVersion.NONE;
  private long announced;

  RoleFacts(SimCluster cluster) {
    this.cluster = cluster;
    this.disks = new int[cluster.shape().size()];
    payloads.put(RegisterVersion.NONE, 0L);
    origins.put(0L, RegisterVersion.NONE);
  }

  private EpochFacts epoch(long epoch) {
    return epochs.computeIfAbsent(epoch, e -> new EpochFacts(cluster.shape().size()));
  }

  // ---- leaders and votes

  void won(Life life, long epoch) {
    EpochFacts facts = epoch(epoch);
    if (facts.leader != null && !facts.leader.equals(life)) {
      throw new Violation(
          Invariant.I1_ONE_LEADER_PER_EPOCH,
          "epoch " + epoch + " was won by " + facts.leader + " and by " + life);
    }
    facts.leader = life;
  }

  /** Leaders announce themselves in growing epochs. */
  void announced(Life life, long epoch) {
    if (epoch <= announced) {
      throw new Violation(
          Invariant.I3_EPOCHS_GROW,
          life + " leads in epoch " + epoch + " after epoch " + announced + " was announced");
    }
    announced = epoch;
  }

  void voted(SimMember voter, long epoch, Life candidate) {
    EpochFacts facts = epoch(epoch);
    SimMember candidateMember = cluster.member(candidate.member());
    Life before = facts.votes[voter.index()];
    if (before != null && !before.equals(candidate) && bindsStill(facts, voter, before)) {
      throw new Violation(
          Invariant.I1_ONE_VOTE_PER_EPOCH,
          voter.id() + " votes in epoch " + epoch + " for " + before + " and for " + candidate);
    }
    facts.votes[voter.index()] = candidate;
    facts.voterDisks[voter.index()] = voter.store().generation();
    facts.candidateDisks[voter.index()] = candidateMember.store().generation();
  }

  /**
   * A vote binds a voter that kept its disk. One that lost it must learn of the epoch if the epoch
   * was won, and also if every quorum of others that it may ask includes the candidate, whose disk
   * holds the epoch. Otherwise nobody is left who could tell it, and nothing hangs on that vote.
   */
  private boolean bindsStill(EpochFacts facts, SimMember voter, Life before) {
    if (facts.voterDisks[voter.index()] == voter.store().generation()) {
      return true;
    }
    if (before.equals(facts.leader)) {
      return true;
    }
    SimMember candidate = cluster.member(before.member());
    if (candidate == voter
        || facts.candidateDisks[voter.index()] != candidate.store().generation()) {
      return false;
    }
    if (cluster.shape().isChanging()) {
      return false; // whom it may ask depends on the roster that it is told
    }
    return !cluster
        .shape()
        .roster()
        .isQuorum(id -> !id.equals(voter.id()) && !id.equals(candidate.id()));
  }

  /** Whether this member's present disk has held that vote. */
  boolean hasVoted(SimMember voter, long epoch, Life candidate) {
    EpochFacts facts = epoch(epoch);
    return candidate.equals(facts.votes[voter.index()])
        && facts.voterDisks[voter.index()] == voter.store().generation();
  }

  /**
   * Whether the member's last save in this step may have skipped that vote, because a higher one
   * was saved with it; the vote counts from now on. No disk that holds a higher epoch gives it
   * again.
   */
  boolean mayHaveSkipped(SimMember voter, long epoch, Life candidate) {
    long[] save = lastSaves.get(voter);
    boolean skipped = save != null && save[0] < epoch && epoch < save[1];
    if (skipped) {
      voted(voter, epoch, candidate);
    }
    return skipped;
  }

  void begins(SimMember member) {
    lastSaves.remove(member);
  }

  boolean isLeader(Life life, long epoch) {
    return life.equals(epoch(epoch).leader);
  }

  // ---- the register

  /** A member has this ballot on disk now. */
  void stored(SimMember member, @Nullable Ballot before, Ballot after) {
    lastSaves.put(member, new long[] {before == null ? 0 : before.epoch(), after.epoch()});
    if (before != null && disks[member.index()] == member.store().generation()) {
      checkGrowth(member, before, after);
    }
    if (disks[member.index()] != member.store().generation()) {
      // Until now it could not vote against what its lost disk held, so that still counted.
      disks[member.index()] = member.store().generation();
      epochs.values().forEach(facts -> facts.forgetStored(member.index()));
      cluster.tally().catchUps++;
    }
    if (after.votedFor() != null) {
      voted(member, after.epoch(), after.votedFor());
    }
    remember(after.register());
    holds(member, after);
  }

  /** A member has this ballot on disk while its present roster is in force. */
  void holds(SimMember member, Ballot after) {
    holds(member, after, member.store().roster());
  }

  /** The same while that roster is in force. */
  void holds(SimMember member, Ballot after, Roster roster) {
    RegisterVersion version = after.register().version();
    EpochFacts facts = epoch(version.epoch());
    // A leader that asked for a higher epoch voted for itself there, and will bring its own writes.
    if (version.epoch() == after.epoch() || member.life().equals(facts.leader)) {
      long[] stored = facts.storedUnder(roster);
      stored[member.index()] = Math.max(stored[member.index()], version.seq());
      commitIfQuorum(version.epoch(), facts, roster);
    }
  }

  private static void checkGrowth(SimMember member, Ballot before, Ballot after) {
    if (after.epoch() < before.epoch()) {
      throw new Violation(
          Invariant.I3_EPOCHS_GROW,
          member.id() + " stored epoch " + after.epoch() + " over " + before.epoch());
    }
    if (before.register().version().isNewerThan(after.register().version())) {
      throw new Violation(
          Invariant.I4_REGISTER,
          member.id() + " stored register " + after.register() + " over " + before.register());
    }
  }

  /** Equal versions are equal values, and a payload's first version is its place in history. */
  private void remember(RegisterValue value) {
    long payload = payload(value);
    Long known = payloads.putIfAbsent(value.version(), payload);
    if (known != null && known != payload) {
      throw new Violation(
          Invariant.I4_REGISTER, "version " + value.version() + " names two different values");
    }
    origins.putIfAbsent(payload, value.version());
  }

  private static long payload(RegisterValue value) {
    byte[] bytes = value.bytes();
    return bytes.length == 0 ? 0 : ByteBuffer.wrap(bytes).getLong();
  }

  private RegisterVersion origin(RegisterVersion version) {
    Long payload = payloads.get(version);
    if (payload == null) {
      throw new Violation(Invariant.I4_REGISTER, "version " + version + " was never stored");
    }
    return origins.get(payload);
  }

  private void commitIfQuorum(long epoch, EpochFacts facts, Roster roster) {
    long[] stored = facts.storedUnder(roster);
    for (long seq : stored) {
      if (seq > facts.committed
          && roster.isQuorum(id -> isHeld(facts, stored, cluster.member(id), seq))) {
        facts.committed = seq;
        committed(new RegisterVersion(epoch, seq));
      }
    }
  }

  /**
   * Whether the member has stored that write, or had: a leader may still count what a lost disk
   * held, because it was told so, and a dead leader counts nothing any more.
   */
  private boolean isHeld(EpochFacts facts, long[] stored, SimMember member, long seq) {
    return stored[member.index()] >= seq
        && (disks[member.index()] == member.store().generation() || isAlive(facts.leader));
  }

  private boolean isAlive(@Nullable Life life) {
    if (life == null) {
      return false;
    }
    SimMember member = cluster.member(life.member());
    return member.isUp() && member.life().equals(life);
  }

  private void committed(RegisterVersion version) {
    if (!payloads.containsKey(version)) {
      return; // a quorum has something newer of this epoch; this very write was skipped by all
    }
    RegisterVersion origin = origin(version);
    boolean newer = version.isNewerThan(committed);
    if (newer ? committedOrigin.isNewerThan(origin) : origin.isNewerThan(committedOrigin)) {
      throw new Violation(
          Invariant.I4_REGISTER,
          "committed "
              + version
              + " holds what was written as "
              + origin
              + ", but committed "
              + committed
              + " holds what was written as "
              + committedOrigin);
    }
    if (newer) {
      committed = version;
      committedOrigin = origin;
      cluster.invariants().committedBy(this, payloads.getOrDefault(version, 0L));
    }
  }

  /** A member says that this is committed. */
  void toldCommitted(SimMember member, RegisterValue value) {
    remember(value);
    RegisterVersion version = value.version();
    EpochFacts facts = epoch(version.epoch());
    if (facts.committed < version.seq()
        && (facts.leader == null || facts.leader.equals(member.life()))
        && SimFences.isAlone(member, name())) {
      // What it takes for committed alone must never be lost, as if two had stored it.
      facts.committed = version.seq();
      committed(version);
    }
    if (!version.equals(RegisterVersion.NONE) && facts.committed < version.seq()) {
      throw new Violation(
          Invariant.I4_REGISTER,
          member.life() + " takes " + version + " for committed, which no quorum has stored");
    }
  }

  /** A leader begins, with this on its disk. */
  void checkInherited(SimMember member, long epoch) {
    Ballot ballot = member.store().stored().ballots().get(name());
    RegisterVersion version = ballot == null ? RegisterVersion.NONE : ballot.register().version();
    if (version.epoch() != epoch || epoch(epoch).committed < 0) {
      throw new Violation(
          Invariant.I4_REGISTER,
          member.life() + " leads in epoch " + epoch + " before its register is committed there");
    }
    if (committedOrigin.isNewerThan(origin(version))) {
      throw new Violation(
          Invariant.I4_REGISTER,
          member.life()
              + " begins with "
              + origin(version)
              + " though "
              + committedOrigin
              + " was committed");
    }
  }

  private String name() {
    return cluster.invariants().nameOf(this);
  }

  // ---- permits

  RegisterVersion settled() {
    return settled;
  }

  void settle(RegisterVersion version) {
    if (version.isNewerThan(settled)) {
      settled = version;
    }
  }
}

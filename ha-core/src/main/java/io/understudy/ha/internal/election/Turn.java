package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RosterMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The working copy of one step: state that may be changed, and the outputs so far. Lives for one
 * call of {@link RoleMachine#step} and is confined to it.
 */
final class Turn {
  /** More evidence than members makes no sense; the oldest goes first. */
  private static final int MAX_EVIDENCE = 16;

  Settings settings;
  final long now;
  final List<Output> outputs = new ArrayList<>();

  Ballot ballot;
  Voting voting;
  @Nullable Promise promise;
  Standing standing;

  Set<MemberId> reachable;
  Input.Candidacy candidacy;
  @Nullable Life leader;
  long leaderEpoch;
  RegisterValue committed;
  long highestEpoch;
  List<Evidence> evidence;
  long freeSinceNanos;
  long stepNanos;
  long attempts;
  boolean invited;
  @Nullable Promise courtesy;
  Pair pair;
  long rosterCommittedNanos;

  /** Whether this member has a fence hook that ends processes. */
  final boolean fences;

  Turn(RoleState state, long nowNanos, boolean fences) {
    this.fences = fences;
    settings = state.settings();
    now = nowNanos;
    ballot = state.ballot();
    voting = state.voting();
    promise = state.promise();
    standing = state.standing();
    Outlook outlook = state.outlook();
    reachable = outlook.reachable();
    candidacy = outlook.candidacy();
    leader = outlook.leader();
    leaderEpoch = outlook.leaderEpoch();
    committed = outlook.committed();
    highestEpoch = outlook.highestEpoch();
    evidence = outlook.evidence();
    freeSinceNanos = outlook.freeSinceNanos();
    stepNanos = outlook.stepNanos();
    attempts = outlook.attempts();
    invited = outlook.invited();
    courtesy = outlook.courtesy();
    pair = state.pair();
    rosterCommittedNanos = outlook.rosterCommittedNanos();
  }

  RoleState state() {
    Outlook outlook =
        new Outlook(
            reachable,
            candidacy,
            leader,
            leaderEpoch,
            committed,
            highestEpoch,
            evidence,
            freeSinceNanos,
            stepNanos,
            attempts,
            invited,
            courtesy,
            rosterCommittedNanos);
    return new RoleState(settings, ballot, voting, promise, standing, outlook, pair);
  }

  Life self() {
    return settings.self();
  }

  TimeValues times() {
    return settings.times();
  }

  Roster roster() {
    return settings.roster();
  }

  void out(Output output) {
    outputs.add(output);
  }

  void store(Ballot changed) {
    ballot = changed;
    noteEpoch(changed.epoch());
    out(new Output.Store(changed));
  }

  void send(MemberId to, Message message) {
    out(new Output.Send(to, Life.ANY, message));
  }

  void reply(Life to, Message message) {
    out(new Output.Send(to.member(), to.incarnation(), message));
  }

  void sendToOthers(Message message) {
    for (RosterMember entry : roster().members()) {
      if (!entry.member().equals(self().member())) {
        send(entry.member(), message);
      }
    }
  }

  void noteEpoch(long epoch) {
    highestEpoch = Math.max(highestEpoch, epoch);
  }

  /** Gives this voter's word to a life, from now on. */
  void promise(Life to, long epoch) {
    promise = new Promise(to, epoch, now + times().promiseNanos());
    freeSinceNanos = promise.untilNanos();
  }

  /** Takes the word back, because its holder said so or is proved dead. */
  void release() {
    if (promise != null && promise.binds(now)) {
      freeSinceNanos = now;
    }
    promise = null;
  }

  void releaseOwnPromise() {
    if (promise != null && promise.to().equals(self())) {
      release();
    }
  }

  boolean isBound() {
    return promise != null && promise.binds(now);
  }

  boolean isBoundTo(Life life) {
    return promise != null && promise.binds(now) && promise.to().equals(life);
  }

  /** Whether this member votes at this moment. */
  boolean votes() {
    return voting instanceof Voting.Ready && roster().contains(self().member());
  }

  /** Whether it could lead: not waiting, eligible, no witness. */
  boolean isElectable() {
    return votes() && candidacy.eligible() && roster().mayLead(self().member());
  }

  boolean seesQuorum() {
    return isQuorum(m -> m.equals(self().member()) || reachable.contains(m));
  }

  /**
   * Whether the members that pass the test are a quorum, with one that counts because it is fenced.
   */
  boolean isQuorum(Predicate<MemberId> test) {
    return roster().isQuorum(m -> test.test(m) || Fencing.counts(this, m));
  }

  void learn(Evidence fact) {
    if (promise != null && fact.releases(promise.to(), promise.epoch())) {
      release();
    }
    if (leader != null && fact.releases(leader, leaderEpoch)) {
      forgetLeader();
    }
    if (evidence.stream().noneMatch(known -> isAtLeastAsStrong(known, fact))) {
      List<Evidence> kept = new ArrayList<>(evidence);
      kept.removeIf(known -> isAtLeastAsStrong(fact, known));
      kept.add(fact);
      evidence = List.copyOf(kept.subList(Math.max(0, kept.size() - MAX_EVIDENCE), kept.size()));
    }
  }

  /** Whether all that {@code weaker} releases is released by {@code fact} too. */
  private static boolean isAtLeastAsStrong(Evidence fact, Evidence weaker) {
    if (!fact.life().equals(weaker.life())) {
      return false;
    }
    return fact instanceof Evidence.Died
        || (fact instanceof Evidence.Resigned newer
            && weaker instanceof Evidence.Resigned older
            && newer.epoch() >= older.epoch());
  }

  /** Whether that life gave up that epoch itself; what it sent before may still arrive. */
  boolean hasResigned(Life life, long epoch) {
    return evidence.stream().anyMatch(fact -> fact.releases(life, epoch));
  }

  void follow(Life newLeader, long epoch) {
    if (!newLeader.equals(leader) || epoch != leaderEpoch) {
      leader = newLeader;
      leaderEpoch = epoch;
      out(new Output.LeaderSeen(newLeader, epoch));
    }
  }

  void forgetLeader() {
    if (leader != null) {
      leader = null;
      out(new Output.LeaderSeen(null, leaderEpoch));
    }
  }

  void commit(RegisterValue value) {
    if (value.version().isNewerThan(committed.version())) {
      committed = value;
      out(new Output.Committed(value));
    }
  }

  static Set<MemberId> with(Set<MemberId> set, MemberId member) {
    Set<MemberId> larger = new TreeSet<>(set);
    larger.add(member);
    return larger;
  }
}

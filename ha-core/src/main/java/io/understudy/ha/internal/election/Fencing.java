package io.understudy.ha.internal.election;

import io.understudy.ha.MemberId;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Message.CanvassReply;
import io.understudy.ha.internal.election.Message.Heartbeat;
import io.understudy.ha.internal.election.Message.HeartbeatReply;
import io.understudy.ha.internal.election.Message.StateReply;
import io.understudy.ha.internal.election.Message.StateRequest;
import io.understudy.ha.internal.election.Message.VoteReply;
import io.understudy.ha.internal.election.Standing.Leader;
import io.understudy.ha.spi.FenceResult;
import org.jspecify.annotations.Nullable;

/**
 * A confirmed fence that ends processes is a proof of death, in clusters of any size. In a cluster
 * of two it also takes the place of a third vote: a member that fenced its peer counts the peer's
 * vote and acknowledgement as given, until the peer rejoins.
 *
 * <p>Why that is safe. Two leases cannot overlap: nobody leads without its own promise to itself,
 * so another can only win with that member's vote, which is bound, or by a fence that ended it. The
 * danger is an old register. Say A counts B as fenced and commits alone; B starts again. If B could
 * now fence A it would lead from what it knew before. So a life may use its hook, or count what it
 * answered, only once it has <b>met</b> its peer. It has when both hold:
 *
 * <ul>
 *   <li>it received something that its peer sends only <em>after</em> it heard this very life: a
 *       vote given to it, an acknowledgement of its leadership, or a heartbeat that echoes its own
 *       acknowledgement;
 *   <li>it has stored the register that came with it.
 * </ul>
 *
 * The peer ceases to count it as fenced in the step in which it first hears it vote, acknowledge or
 * ask. So whatever the peer committed alone is contained in that register, and whatever it commits
 * later needs this member's acknowledgement, until it fences this member: then this life is over,
 * and the next one has not met anybody. One direction is not enough:
 *
 * <pre>
 *   A  fenced B, leads alone      -- v1 --> B'      B' stores v1, its acknowledgement is lost
 *   A  commits v2 alone            -- v2 --x
 *   B' fences A, leads with v1: v2 is lost
 * </pre>
 *
 * A life that only asks for state, or says that it does not vote yet, has not rejoined: nobody can
 * meet in that way. So a member on an empty disk does not end the leadership of one that is alone.
 *
 * <p>Who asks for the fence: the leader, when a quarter of its lease is left, so that it may go on
 * without a break; its follower, when its promise has run out. So of two that lost each other the
 * one that leads shoots first. Two that lead one role each, or none, would shoot at the same time
 * and both be gone: the second of the roster waits a further eighth of a lease. That helps hooks
 * that are quicker than that, and most of the time: the rounds of two leaders are up to a heartbeat
 * interval apart. For slow hooks one of the two has to wait by itself. The reserved role {@link
 * RosterChange#ROLE} asks for no fence: its leader may be another than the one that works.
 */
final class Fencing {
  /**
   * The operator's word may hide epochs in which the peer led alone. So many fit into no outage,
   * and a resource that checks epochs stays safe.
   */
  private static final long EPOCHS_SKIPPED = 1_000_000;

  private static final int MAX_BACKOFF_SHIFT = 5;

  private Fencing() {}

  /** A changed roster is another cluster: what was known of a peer counts no more. */
  static void begin(Turn turn) {
    if (turn.pair.rosterStamp() != turn.roster().stamp()) {
      turn.pair = Pair.blank(turn.roster().stamp(), turn.now);
    }
  }

  /** The other one of two members that both vote and may lead, if this is such a cluster. */
  static @Nullable MemberId peer(Turn turn) {
    if (turn.roster().members().size() != 2) {
      return null;
    }
    RosterMember first = turn.roster().members().get(0);
    RosterMember second = turn.roster().members().get(1);
    if (first.votes() != second.votes() || first.witness() || second.witness()) {
      return null;
    }
    return first.member().equals(turn.self().member()) ? second.member() : first.member();
  }

  /** Whether the member's vote and acknowledgement count as given. */
  static boolean counts(Turn turn, MemberId member) {
    Life fenced = turn.pair.fenced();
    return fenced != null && fenced.member().equals(member) && member.equals(peer(turn));
  }

  /** The peer speaks. */
  static void heard(Turn turn, Life from, Message message) {
    if (!from.member().equals(peer(turn))) {
      return;
    }
    turn.pair = turn.pair.wishing(turn.pair.wish().askingSince(Step.NEVER));
    if (!takesPart(message)) {
      return;
    }
    boolean alone = turn.pair.fenced() != null;
    turn.pair = turn.pair.hearing(from, turn.now);
    if (alone && turn.pair.fenced() == null && turn.standing instanceof Leader leader) {
      // From now on its acknowledgement is needed, so it is asked at once.
      turn.standing = LeaderEdit.of(leader).nextRoundNanos(turn.now).build();
    }
  }

  /** Whether only a life that votes, acknowledges or leads says so. */
  private static boolean takesPart(Message message) {
    if (message instanceof CanvassReply reply) {
      return reply.willing();
    }
    if (message instanceof VoteReply reply) {
      return reply.granted();
    }
    return !(message instanceof StateRequest || message instanceof StateReply);
  }

  /** A heartbeat was accepted and what it brought is stored. */
  static void metLeader(Turn turn, Life from, Heartbeat heartbeat) {
    Message.@Nullable Echo echo = heartbeat.echo();
    boolean knowsThisLife = echo != null && echo.incarnation() == turn.self().incarnation();
    boolean stored = !heartbeat.version().isNewerThan(turn.ballot.register().version());
    if (knowsThisLife && stored && from.member().equals(peer(turn))) {
      turn.pair = turn.pair.asMet();
    }
  }

  /** Votes made this member leader, and the highest register among them is stored. */
  static void metVoters(Turn turn, Standing.Poll poll) {
    MemberId peer = peer(turn);
    if (peer != null && poll.granted().contains(peer)) {
      turn.pair = turn.pair.asMet();
    }
  }

  /**
   * The peer acknowledged the leadership of this life. A leader that comes into a cluster of two by
   * a change of the roster is not elected anew, so no vote tells it.
   */
  static void metFollower(Turn turn, Life from, HeartbeatReply reply) {
    boolean stored = !reply.stored().isNewerThan(turn.ballot.register().version());
    if (stored && from.member().equals(peer(turn))) {
      turn.pair = turn.pair.asMet();
    }
  }

  /** The hook has answered. */
  static void answered(Turn turn, Input.FenceAnswered answer) {
    Life target = answer.target();
    boolean ended =
        answer.scope().endsProcesses()
            && answer.result().outcome() == FenceResult.Outcome.CONFIRMED;
    if (ended) {
      turn.learn(new Evidence.Died(target));
      countAsFenced(turn, target.member(), answer.startedNanos());
    } else if (target.member().equals(peer(turn))) {
      int tries = turn.pair.wish().tries() + 1;
      String last = answer.result().outcome() + ", " + answer.result().detail();
      long backoff = (turn.times().leaseNanos() / 2) << Math.min(tries - 1, MAX_BACKOFF_SHIFT);
      turn.pair = turn.pair.wishing(turn.pair.wish().tried(tries, turn.now + backoff, last));
    }
  }

  /**
   * All lives that began before the hook was called have ended. Another that was heard since then
   * may have begun after it.
   */
  private static void countAsFenced(Turn turn, MemberId member, long startedNanos) {
    Life heard = turn.pair.heard();
    boolean noneSince = startedNanos - turn.pair.heardSinceNanos() >= 0;
    if (heard != null && member.equals(peer(turn)) && turn.pair.met() && noneSince) {
      turn.pair = turn.pair.withFenced(heard).wishing(turn.pair.wish().tried(0, turn.now, ""));
    }
  }

  /**
   * An operator says that the member is off. A word and no proof: who was only cut off comes back
   * in the same life. So it releases what is promised by now, like a resignation, and what the life
   * says later in a higher epoch is heard; and it counts for a vote until any life of the member
   * takes part again, that of which it was said included.
   */
  static void confirmed(Turn turn, MemberId member) {
    if (turn.promise != null && turn.promise.to().member().equals(member)) {
      turn.learn(new Evidence.Resigned(turn.promise.to(), turn.promise.epoch()));
    }
    if (turn.leader != null && turn.leader.member().equals(member)) {
      turn.learn(new Evidence.Resigned(turn.leader, turn.leaderEpoch));
    }
    if (!member.equals(peer(turn))) {
      return;
    }
    if (!turn.pair.met()) {
      turn.noteEpoch(Math.max(turn.highestEpoch, turn.ballot.epoch()) + EPOCHS_SKIPPED);
    }
    Life off = new Life(member, Life.ANY);
    turn.pair = turn.pair.asMet().withFenced(off).wishing(turn.pair.wish().tried(0, turn.now, ""));
  }

  /** The peer is asked whether it would vote. */
  static void asking(Turn turn) {
    Pair.Wish wish = turn.pair.wish();
    if (wish.askingSinceNanos() == Step.NEVER && peer(turn) != null) {
      turn.pair = turn.pair.wishing(wish.askingSince(turn.now));
    }
  }

  /** Asks for the fence if it is wanted, and tells why this member does not lead. */
  static void act(Turn turn) {
    MemberId peer = peer(turn);
    if (peer == null || !mayAsk(turn)) {
      return;
    }
    long at = wantedAtNanos(turn, peer);
    boolean wanted = at != Step.NEVER && turn.now - at >= 0;
    Pair.Wish wish = turn.pair.wish();
    boolean wasWanted = wish.wantedSinceNanos() != Step.NEVER;
    if (!wanted && wasWanted) {
      wish = wish.wantedSince(Step.NEVER).tried(0, turn.now, "");
    } else if (wanted && !wasWanted) {
      wish = wish.wantedSince(turn.now);
    }
    turn.pair = turn.pair.wishing(wish);
    boolean due = wanted && turn.now - dueAtNanos(turn) >= 0;
    if (due) {
      ask(turn, peer);
    }
    if (due || !wanted) {
      tell(turn, due ? stall(turn, peer) : "");
    }
  }

  private static boolean mayAsk(Turn turn) {
    return turn.fences && !turn.settings.role().equals(RosterChange.ROLE);
  }

  private static void ask(Turn turn, MemberId peer) {
    Pair.Wish wish = turn.pair.wish();
    Life heard = turn.pair.heard();
    if (turn.pair.met() && heard != null && turn.now - wish.nextTryNanos() >= 0) {
      turn.out(new Output.Fence(heard, turn.ballot.epoch(), why(turn, peer)));
      // The runtime calls the hook once at a time, however often it is asked.
      long again = turn.now + turn.times().leaseNanos();
      turn.pair = turn.pair.wishing(wish.tried(wish.tries(), again, wish.last()));
    }
  }

  /**
   * When a fence that is wanted is asked for. Not at once: this process may have been paused, and
   * the peer's messages be waiting; and of two that want it at once the first of the roster is
   * heard. But at once if the peer is proved dead.
   */
  private static long dueAtNanos(Turn turn) {
    Life heard = turn.pair.heard();
    boolean dead = heard != null && turn.evidence.contains(new Evidence.Died(heard));
    long since = turn.pair.wish().wantedSinceNanos();
    MemberId first = turn.roster().members().get(0).member();
    long patience = turn.times().leaseNanos() / (first.equals(turn.self().member()) ? 8 : 4);
    return dead ? since : since + patience;
  }

  /** When a fence is wanted if nothing changes; {@link Step#NEVER} if it is not. */
  private static long wantedAtNanos(Turn turn, MemberId peer) {
    if (turn.pair.fenced() != null) {
      return Step.NEVER;
    }
    if (turn.standing instanceof Leader leader) {
      return leader.leaseUntilNanos() - turn.times().leaseNanos() * 3 / 8;
    }
    if (!turn.isElectable()) {
      return Step.NEVER;
    }
    Promise promise = turn.promise;
    long free = turn.freeSinceNanos;
    if (promise != null && promise.binds(turn.now) && promise.untilNanos() - free > 0) {
      free = promise.untilNanos();
    }
    if (!turn.reachable.contains(peer)) {
      return free;
    }
    long asking = turn.pair.wish().askingSinceNanos();
    if (asking == Step.NEVER) {
      return Step.NEVER;
    }
    long unanswered = asking + turn.times().leaseNanos() / 2;
    return unanswered - free > 0 ? unanswered : free;
  }

  /** When time alone makes this part do something; {@link Step#NEVER} if it does not. */
  static long wakeAtNanos(Turn turn) {
    MemberId peer = peer(turn);
    if (peer == null || !mayAsk(turn)) {
      return Step.NEVER;
    }
    long wantedAt = wantedAtNanos(turn, peer);
    if (wantedAt == Step.NEVER || turn.now - wantedAt < 0) {
      return wantedAt;
    }
    long due = dueAtNanos(turn);
    long next = turn.pair.wish().nextTryNanos();
    if (turn.now - due < 0) {
      return due;
    }
    return turn.pair.met() && turn.pair.heard() != null ? next : Step.NEVER;
  }

  private static String why(Turn turn, MemberId peer) {
    return turn.standing instanceof Leader
        ? peer + " does not acknowledge, and hardly a quarter of the lease of its leader is left"
        : peer + " is silent and this member's promise to it has run out";
  }

  private static String stall(Turn turn, MemberId peer) {
    String operator = "; an operator who knows that " + peer + " is off can say so (confirmFenced)";
    if (!turn.pair.met()) {
      return "has not met "
          + peer
          + " since it started, and "
          + peer
          + " may have led alone with newer state: waits for it"
          + operator;
    }
    Pair.Wish wish = turn.pair.wish();
    return "waits for the fence of "
        + peer
        + (wish.tries() == 0 ? "" : ": tried " + wish.tries() + " times, last: " + wish.last())
        + operator;
  }

  private static void tell(Turn turn, String reason) {
    if (!reason.equals(turn.pair.wish().stalled())) {
      turn.pair = turn.pair.wishing(turn.pair.wish().stalledBy(reason));
      turn.out(new Output.PeerMissing(reason));
    }
  }
}

package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.MemberId;
import io.understudy.ha.NodeStatus;
import io.understudy.ha.OperationRefusedException;
import io.understudy.ha.OperationRefusedException.Cause;
import io.understudy.ha.RosterAdmin;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Output;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterStep.Refusal;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The roster as the application sees it, and what it wishes of it. Threadsafe. */
final class RosterRuntime implements RosterAdmin {
  private static final Logger LOG = LoggerFactory.getLogger(RosterRuntime.class);

  private final MemberId self;
  private final boolean fixed;
  private final BiConsumer<Long, RosterGoal> wishes;
  private final EventBus events;
  private final Executor answers;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Wish> open = new ConcurrentHashMap<>();
  private volatile Roster roster;
  private volatile long conflictTold;
  private volatile boolean closed;
  private volatile NodeStatus.RosterStatus status =
      new NodeStatus.RosterStatus(Optional.empty(), "");

  private record Wish(RosterGoal goal, CompletableFuture<Void> done) {}

  /** How the parts of a node reach each other. */
  record Links(
      BiConsumer<Long, RosterGoal> wishes, EventBus events, Executor answers, boolean fixed) {}

  RosterRuntime(MemberId self, Roster roster, Links links) {
    this.self = self;
    this.roster = roster;
    this.wishes = links.wishes();
    this.events = links.events();
    this.answers = links.answers();
    this.fixed = links.fixed();
  }

  /** The roster in force at this member. */
  Roster roster() {
    return roster;
  }

  /** Who keeps it and what is under way. */
  NodeStatus.RosterStatus status() {
    return status;
  }

  // ---- election thread

  void status(NodeStatus.RosterStatus now) {
    status = now;
  }

  void announce(Output output) {
    if (output instanceof Output.RosterInForce inForce) {
      changed(inForce.roster());
    } else if (output instanceof Output.RosterAnswer answer) {
      answered(answer);
    } else if (output instanceof Output.RosterConflict conflict
        && conflictTold != conflict.theirs().stamp()) {
      conflictTold = conflict.theirs().stamp();
      LOG.error(
          "{} - {} is configured with another roster: {} instead of {}; give all members the same",
          self,
          conflict.from().member(),
          conflict.theirs().members(),
          roster.members());
    }
  }

  /** Another roster, or the roster of another life. */
  void changed(Roster now) {
    if (now.equals(roster)) {
      return;
    }
    roster = now;
    boolean member = now.contains(self);
    LOG.info(
        "{} - roster {}: {}{}",
        self,
        now.version(),
        now.members(),
        member ? "" : "; this member is not in it, so it neither votes nor leads");
    events.publish(new HaEvent.RosterChanged(Instant.now(), now.version(), now.members(), member));
  }

  private void answered(Output.RosterAnswer answer) {
    Wish wish = open.remove(answer.request());
    if (wish == null) {
      return;
    }
    Refusal refusal = answer.refusal();
    if (refusal == null) {
      wish.done().completeAsync(() -> null, answers);
    } else {
      answers.execute(() -> fail(wish, causeOf(refusal), answer.text()));
    }
  }

  private static Cause causeOf(Refusal refusal) {
    return switch (refusal) {
      case UNKNOWN_MEMBER -> Cause.UNKNOWN_MEMBER;
      case OTHER_KIND -> Cause.OTHER_KIND;
      case NOBODY_LEFT -> Cause.NOBODY_LEFT;
      case TOO_LARGE -> Cause.ROSTER_TOO_LARGE;
      case BUSY -> Cause.BUSY;
      case IDLE -> Cause.IDLE;
      case CANCELLED -> Cause.CANCELLED;
      case NO_SUCCESSOR -> Cause.NO_SUCCESSOR;
      case NO_THIRD_VOTE -> Cause.NO_THIRD_VOTE;
    };
  }

  /** Another life of this member begins: it wishes what the last one did. */
  void wishAgain() {
    open.forEach((number, wish) -> wishes.accept(number, wish.goal()));
  }

  void close() {
    closed = true;
    open.forEach((number, wish) -> fail(wish, Cause.CLOSED, "the node is closed"));
    open.clear();
  }

  private static void fail(Wish wish, Cause cause, String text) {
    wish.done().completeExceptionally(new OperationRefusedException(cause, text));
  }

  // ---- any thread

  @Override
  public CompletionStage<Void> add(RosterMember member) {
    return wish(new RosterGoal.Have(member));
  }

  @Override
  public CompletionStage<Void> remove(MemberId member) {
    return wish(new RosterGoal.Lack(member));
  }

  @Override
  public CompletionStage<Void> votes(MemberId member, int votes) {
    RosterMember entry = roster.entry(member);
    return entry == null
        ? CompletableFuture.failedFuture(
            new OperationRefusedException(
                Cause.UNKNOWN_MEMBER, member + " is not in the roster; add it first"))
        : wish(new RosterGoal.Have(new RosterMember(member, votes, entry.witness())));
  }

  @Override
  public CompletionStage<Void> cancel() {
    return wish(new RosterGoal.Cancel());
  }

  private CompletionStage<Void> wish(RosterGoal goal) {
    if (fixed) {
      return CompletableFuture.failedFuture(
          new OperationRefusedException(
              Cause.UNSUPPORTED,
              "a witness in a database goes by the configured roster; the roster of such a cluster"
                  + " is not changed while it runs"));
    }
    long number = numbers.incrementAndGet();
    Wish wish = new Wish(goal, new CompletableFuture<>());
    open.put(number, wish);
    if (closed) {
      close();
    } else {
      wishes.accept(number, goal);
    }
    return wish.done().minimalCompletionStage();
  }
}

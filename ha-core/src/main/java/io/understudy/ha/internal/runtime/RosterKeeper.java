package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Envelope;
import io.understudy.ha.internal.election.Input;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.election.Message.Inventory;
import io.understudy.ha.internal.election.Message.InventoryRequest;
import io.understudy.ha.internal.election.Message.RosterReply;
import io.understudy.ha.internal.election.RoleState;
import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.election.RosterGoal;
import io.understudy.ha.internal.election.RosterRules;
import io.understudy.ha.internal.election.RosterStep;
import io.understudy.ha.internal.election.RosterStep.Refusal;
import io.understudy.ha.internal.election.Standing;
import io.understudy.ha.internal.election.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the leader of the roster's role does besides leading: it brings the roster to the goal that
 * somebody set, step by step, each when the one before is committed, its time is over and what was
 * on disk under it is carried over. The reasons are in {@link
 * io.understudy.ha.internal.election.RosterChange}. Forgets everything when the leadership ends;
 * the member that asked asks the next leader.
 */
final class RosterKeeper {
  private static final int MAX_REPLIES = 64;

  private final RosterDesk desk;
  private final RosterRules rules;

  /** The leadership that all of the following belongs to; 0 if this member does not lead. */
  private long epoch;

  private @Nullable Task task;
  private RegisterVersion committed = RegisterVersion.NONE;
  private long committedNanos;

  /** What was in force before what is being written; null if nothing is. */
  private @Nullable Roster former;

  private long proposedNanos;
  private boolean writtenBack;
  private long steppingAsideSinceNanos = Step.NEVER;
  private long steppedAsideNanos;

  private long round;
  private long roundNanos = Step.NEVER;
  private final Inventories inventories;

  private final Map<Asked, RosterReply> replies =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, RosterReply> eldest) {
          return size() > MAX_REPLIES;
        }
      };

  /** One member's wish. */
  private record Asked(Life by, long request) {}

  private record Task(Asked asked, RosterGoal goal) {}

  RosterKeeper(RosterDesk desk, RosterRules rules) {
    this.desk = desk;
    this.rules = rules;
    this.inventories = new Inventories(rules);
  }

  // ---- wishes

  /** Somebody wishes something; not answered unless this member leads. */
  void wished(Envelope envelope, Message.RosterWish wish) {
    // One that was under way while the roster changed may have come true since, or be out of date.
    if (desk.isOfOurs(envelope)) {
      wished(envelope.from(), wish.request(), wish.goal());
    }
  }

  void wished(Life by, long request, RosterGoal goal) {
    if (!(goal instanceof RosterGoal.Cancel)) {
      advance(); // before a cancellation nothing more is written
    }
    Asked asked = new Asked(by, request);
    RosterReply before = replies.get(asked);
    if (epoch == 0 || (task != null && task.asked().equals(asked))) {
      return;
    }
    if (before != null) {
      deliver(by, before);
    } else if (goal instanceof RosterGoal.Cancel) {
      cancel(asked);
    } else if (task != null || former != null) {
      reply(asked, Refusal.BUSY, "another change is under way: " + describe());
    } else {
      task = new Task(asked, goal);
      advance();
    }
  }

  private String describe() {
    return task == null ? "the former roster is being written again" : "a roster " + task.goal();
  }

  /** What is being changed and what that waits for, for people; empty if nothing is. */
  String underWay() {
    return task == null && former == null ? "" : describe() + "; waits for " + obstacle();
  }

  private String obstacle() {
    Roster roster = desk.known().roster();
    if (former != null) {
      return "a quorum to store " + roster;
    }
    if (steppingAsideSinceNanos != Step.NEVER) {
      return "another member to keep the roster instead of " + desk.self().member();
    }
    Task pursued = task;
    Roster last = pursued == null ? roster : rules.last(roster, epoch, pursued.goal());
    List<MemberId> behind = inventories.behind(last);
    return behind.isEmpty()
        ? "the pause after the last change, or for a quorum that stored it"
        : behind + ", whose states are not known or not up to date";
  }

  private void cancel(Asked asked) {
    if (task == null && former == null) {
      reply(asked, Refusal.IDLE, "no change of the roster is under way");
      return;
    }
    finish(Refusal.CANCELLED, "the change was cancelled");
    writeBack();
    reply(asked, null, "cancelled");
  }

  private void finish(@Nullable Refusal refusal, String text) {
    Task finished = task;
    task = null;
    steppingAsideSinceNanos = Step.NEVER;
    if (finished != null) {
      reply(finished.asked(), refusal, text);
    }
  }

  private void reply(Asked asked, @Nullable Refusal refusal, String text) {
    RosterReply reply = new RosterReply(asked.request(), refusal, text);
    replies.put(asked, reply);
    deliver(asked.by(), reply);
  }

  private void deliver(Life to, RosterReply reply) {
    desk.send(to.member(), to.incarnation(), reply);
  }

  // ---- steps

  /** Does what is due. */
  void advance() {
    RoleState state = desk.state();
    Standing.Leader leader =
        state != null && state.standing() instanceof Standing.Leader leading && leading.announced()
            ? leading
            : null;
    if (state == null || leader == null) {
      forget(0);
      return;
    }
    if (leader.epoch() != epoch) {
      forget(leader.epoch());
    }
    RegisterVersion version = state.ballot().register().version();
    if (!version.equals(leader.committed())) {
      writeBackIfLate();
    } else {
      if (!version.equals(committed)) {
        becameCommitted(version);
      }
      pursue();
    }
  }

  private void forget(long newEpoch) {
    epoch = newEpoch;
    task = null;
    former = null;
    steppingAsideSinceNanos = Step.NEVER;
    committed = RegisterVersion.NONE;
    replies.clear();
    roundNanos = Step.NEVER;
  }

  private void becameCommitted(RegisterVersion version) {
    committed = version;
    committedNanos = desk.nanos();
    former = null;
    writtenBack = false;
    inventories.begin();
    roundNanos = Step.NEVER;
  }

  private void pursue() {
    Task pursued = task;
    if (pursued == null || former != null) {
      return;
    }
    RosterStep step = rules.next(desk.known().roster(), epoch, pursued.goal());
    if (step instanceof RosterStep.Done) {
      finish(null, "done");
    } else if (step instanceof RosterStep.Refused refused) {
      finish(refused.refusal(), refused.why());
    } else if (step instanceof RosterStep.Propose propose) {
      prepare(pursued.goal(), propose.next());
    }
  }

  private void prepare(RosterGoal goal, Roster next) {
    Roster last = rules.last(desk.known().roster(), epoch, goal);
    Optional<String> objection = rules.objection(last);
    if (!RosterCodec.fits(next)) {
      finish(Refusal.TOO_LARGE, "the roster would not fit into its register");
    } else if (objection.isPresent() && last.contains(desk.self().member())) {
      finish(Refusal.NO_THIRD_VOTE, "not changed, or the " + objection.get());
    } else if (objection.isPresent()) {
      handOver(); // it is for one of those who stay to say whether that will do
    } else if (!next.mayLead(desk.self().member())) {
      handOver();
    } else if (isReady(goal, next) && isRested() && isFresh()) {
      write(next);
    } else {
      inquireIfDue();
    }
  }

  private boolean isRested() {
    return desk.nanos() - committedNanos - rules.pauseNanos(desk.times()) >= 0;
  }

  /** A member that has gone since it answered would be missed in the quorum of the next roster. */
  private boolean isFresh() {
    return roundNanos != Step.NEVER && desk.nanos() - nextRoundNanos() < 0;
  }

  /**
   * Who removes itself lets another one do it. The member that asked asks that one again. Right
   * after a change nobody has acknowledged anything yet, so it is patient for a lease.
   */
  private void handOver() {
    long now = desk.nanos();
    if (steppingAsideSinceNanos == Step.NEVER) {
      steppingAsideSinceNanos = now;
      stepAside(now);
    } else if (now - steppingAsideSinceNanos < desk.times().leaseNanos()) {
      if (now - steppedAsideNanos >= desk.times().heartbeatNanos()) {
        stepAside(now);
      }
    } else {
      refuseHandOver();
    }
  }

  private void stepAside(long now) {
    steppedAsideNanos = now;
    desk.input(new Input.StepAside()); // runs after this
  }

  private void refuseHandOver() {
    finish(
        Refusal.NO_SUCCESSOR,
        desk.self().member()
            + " leads the roster and no other member could take over from it at present");
  }

  private void write(Roster next) {
    former = desk.known().roster();
    proposedNanos = desk.nanos();
    desk.input(new Input.WriteRoster(next, RosterCodec.value(next)));
  }

  /** Not committed for half a lease: better the former roster than none with a quorum. */
  private void writeBackIfLate() {
    if (former != null && desk.nanos() - writeBackAtNanos() >= 0) {
      finish(
          Refusal.CANCELLED,
          "too few members stored the new roster; the former one is back in force");
      writeBack();
    }
  }

  private long writeBackAtNanos() {
    return proposedNanos + desk.times().leaseNanos() / 2;
  }

  private void writeBack() {
    Roster present = desk.known().roster();
    Roster before = former;
    if (before != null && !writtenBack) {
      writtenBack = true;
      Roster again = new Roster(epoch, present.version() + 1, before.members());
      desk.input(new Input.WriteRoster(again, RosterCodec.value(again)));
    }
  }

  // ---- what everybody holds

  /** An inventory arrived. */
  void counted(Envelope envelope, Inventory inventory) {
    if (epoch != 0
        && desk.isOfOurs(envelope)
        && inventory.round() == round
        && rules.counts(inventory.roster(), committed)
        && inventories.add(envelope.from(), inventory)) {
      advance();
    }
  }

  /**
   * Whether a quorum of this roster, which is also one of the next, holds all that a quorum held
   * under the former one; and whether a member that is to get a vote does.
   */
  private boolean isReady(RosterGoal goal, Roster next) {
    inventories.put(desk.self().member(), desk.inventory(round));
    Roster roster = desk.known().roster();
    return inventories.isKnown(roster)
        && roster.isQuorum(inventories::carries)
        && next.isQuorum(inventories::votes)
        && (!(goal instanceof RosterGoal.Have have) || mayGetVote(have, roster, next));
  }

  /** A member that has no vote gets its first one when it knows all that the others know. */
  private boolean mayGetVote(RosterGoal.Have have, Roster roster, Roster next) {
    MemberId member = have.entry().member();
    boolean first = roster.votesOf(member::equals) == 0 && next.votesOf(member::equals) > 0;
    return !first || inventories.votes(member);
  }

  private void inquireIfDue() {
    if (roundNanos != Step.NEVER && desk.nanos() - nextRoundNanos() < 0) {
      return;
    }
    round++;
    roundNanos = desk.nanos();
    for (var entry : desk.known().roster().members()) {
      MemberId member = entry.member();
      if (!member.equals(desk.self().member())) {
        desk.send(member, Life.ANY, new InventoryRequest(round, inventories.stale(member)));
      }
    }
    inventories.stale(desk.self().member()).forEach(role -> desk.input(role, new Input.Refresh()));
    inventories.ask();
  }

  private long nextRoundNanos() {
    return roundNanos + desk.times().retryNanos();
  }

  /** In how long something is due; {@link Step#NEVER} if nothing is. */
  long wakeInNanos() {
    long now = desk.nanos();
    long due = Step.NEVER;
    if (epoch == 0) {
      return due;
    }
    if (former != null && !writtenBack) {
      due = Math.max(0, writeBackAtNanos() - now);
    }
    if (task != null && former == null) {
      due = Math.min(due, Math.max(0, isSteppingAside() ? tryInNanos(now) : askInNanos(now)));
    }
    return due;
  }

  private boolean isSteppingAside() {
    return steppingAsideSinceNanos != Step.NEVER;
  }

  private long tryInNanos(long now) {
    return Math.min(
        steppedAsideNanos + desk.times().heartbeatNanos() - now,
        steppingAsideSinceNanos + desk.times().leaseNanos() - now);
  }

  private long askInNanos(long now) {
    long inquiry = roundNanos == Step.NEVER ? 0 : nextRoundNanos() - now;
    long pause = committedNanos + rules.pauseNanos(desk.times()) - now;
    return pause > 0 ? Math.min(inquiry, pause) : inquiry;
  }
}

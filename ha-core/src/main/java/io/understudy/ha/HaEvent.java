package io.understudy.ha;

import io.understudy.ha.spi.FenceHook;
import io.understudy.ha.spi.FenceResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that happened, as this member saw it. State changes first, the event comes after. Every
 * subscriber is told of all events in the same order, on a thread of its own that is never the
 * election thread. One that falls 10,000 events behind loses the oldest ones, and is told so by
 * {@link Overflow} in their place.
 */
public sealed interface HaEvent {
  /**
   * When it happened.
   *
   * @return wall clock time, for people; decisions never depend on it
   */
  Instant time();

  /**
   * The node started and takes part.
   *
   * @param time when
   * @param member this member
   * @param cluster the cluster's name
   * @param incarnation this life of the member, in hexadecimal
   */
  record Started(Instant time, MemberId member, String cluster, String incarnation)
      implements HaEvent {}

  /**
   * The set of members that this one sees changed. Evidence, never a verdict.
   *
   * @param time when
   * @param members who is seen now, this member included, sorted
   */
  record ViewChanged(Instant time, List<MemberId> members) implements HaEvent {}

  /**
   * The member hears a quorum of the roster's votes, or no longer does.
   *
   * @param time when
   * @param held whether a quorum is heard
   */
  record QuorumChanged(Instant time, boolean held) implements HaEvent {}

  /**
   * This member leads a role.
   *
   * @param time when
   * @param role the role
   * @param epoch the epoch
   */
  record Elected(Instant time, String role, long epoch) implements HaEvent {}

  /**
   * This member leads a role no longer.
   *
   * @param time when
   * @param role the role
   * @param epoch the epoch that ended
   * @param reason why
   */
  record Revoked(Instant time, String role, long epoch, RevokeReason reason) implements HaEvent {}

  /**
   * The known leader of a role changed.
   *
   * @param time when
   * @param role the role
   * @param leader who leads now, or empty if nobody is known to
   */
  record LeaderChanged(Instant time, String role, Optional<LeaderInfo> leader) implements HaEvent {}

  /**
   * The process of another member has ended: proved by the orderly end of a quiet connection that
   * only its kernel can have sent, and by the refusal of a new one. Promises given to it are
   * released at once. Comes only while {@link HaNodeBuilder#crashProof(boolean)} is on.
   *
   * @param time when
   * @param member whose process it was
   * @param incarnation which life of the member, in hexadecimal
   * @param proofTook from the end of the connection to the refusal of the next one
   */
  record DeathProved(Instant time, MemberId member, String incarnation, Duration proofTook)
      implements HaEvent {}

  /**
   * A register value is known to be committed.
   *
   * @param time when
   * @param role the role
   * @param value the value
   */
  record RegisterCommitted(Instant time, String role, RegisterValue value) implements HaEvent {}

  /**
   * The member does not vote yet, or votes again.
   *
   * @param time when
   * @param role the role
   * @param waiting whether it waits
   * @param reason for what and for whom it waits, and how an operator can end it
   */
  record VoterWaiting(Instant time, String role, boolean waiting, String reason)
      implements HaEvent {}

  /**
   * The member stopped voting and leading because of a fault of its own, or takes part again.
   *
   * @param time when
   * @param inService whether it takes part
   * @param reason what failed, with numbers, and what to do
   */
  record ServiceChanged(Instant time, boolean inService, String reason) implements HaEvent {}

  /**
   * This process stood still, or its election thread alone did, for longer than a heartbeat
   * interval (at least 50 ms). A stall of the process is told when it is over. A stall of the
   * election thread is told while it lasts and again when it is over; if it lasts beyond the end of
   * a lease, the leadership ends at that end and is told as usual.
   *
   * <p>A watcher that wakes late cannot tell whether everything stood still or only it found no
   * processor; the share of garbage collection is in the detail.
   *
   * @param time when it was noticed
   * @param scope what stood still
   * @param length for how long, so far if it is not over; the whole process' stalls to the
   *     millisecond, the others to an eighth of the threshold
   * @param over whether it goes on again
   * @param detail what the election thread does meanwhile, for example {@code storing state in
   *     /var/lib/shop/ha}; or how much of the stall garbage collection was
   */
  record Stalled(Instant time, Scope scope, Duration length, boolean over, String detail)
      implements HaEvent {
    /** What stood still. */
    public enum Scope {
      /** The whole process, or it had no processor. */
      PROCESS,
      /** The election thread; others ran. */
      ELECTION
    }
  }

  /**
   * The state directory cannot be written, or can be again. Found by a test write every ten
   * seconds, so that it is known before an election needs it. Nothing follows from it until
   * something must be stored; then {@link ServiceChanged} tells.
   *
   * @param time when it was noticed
   * @param writable whether the test write succeeded
   * @param reason what failed, with path and free bytes, and what to do; empty if nothing did
   */
  record StorageChanged(Instant time, boolean writable, String reason) implements HaEvent {}

  /**
   * Making the state durable, or a test write to the state directory, took longer than a heartbeat
   * interval (at least 50 ms). The election waits while state is stored, so a disk that needs a
   * good part of a lease costs leaderships.
   *
   * @param time when it was done
   * @param took how long it took
   * @param directory where
   */
  record StoringSlow(Instant time, Duration took, String directory) implements HaEvent {}

  /**
   * Another roster is in force at this member.
   *
   * @param time when
   * @param version its number
   * @param members its entries, by id
   * @param member whether this member is in it; otherwise it neither votes nor leads any more
   */
  record RosterChanged(Instant time, long version, List<RosterMember> members, boolean member)
      implements HaEvent {
    /** Copies. */
    public RosterChanged {
      members = List.copyOf(members);
    }
  }

  /**
   * The witness that is a row in a database was lost, or votes again. It is probed all the time.
   *
   * @param time when
   * @param witness its name in the roster
   * @param reachable whether it would vote
   * @param reason what keeps it from voting and what to do; empty if nothing does
   */
  record WitnessChanged(Instant time, MemberId witness, boolean reachable, String reason)
      implements HaEvent {}

  /**
   * The cluster will not have this member: it has another secret or other time values, or its id is
   * in use. The node takes no part from here on; close it, mend the configuration and start again.
   *
   * @param time when
   * @param reason what was found and what to do, one sentence
   */
  record Refused(Instant time, String reason) implements HaEvent {}

  /**
   * This member, one of two, cannot lead without the other one, or no longer needs it. Its leader
   * may say so while its lease still runs.
   *
   * @param time when
   * @param role the role
   * @param missing whether it waits
   * @param reason what it waits for, what was tried, and how an operator can end it
   */
  record PeerMissing(Instant time, String role, boolean missing, String reason)
      implements HaEvent {}

  /**
   * This member leads a role but does not work for it yet, because the last leader may still be at
   * work and the role demands that it is not (see {@link Takeover}); or it waits no longer. Said
   * again every minute, and when something was tried in vain. Until it waits no longer the
   * application is not told that it leads.
   *
   * @param time when
   * @param role the role
   * @param waiting whether it waits
   * @param reason whose work it waits for, for how long at most, and what an operator can do; empty
   *     if it waits no longer
   */
  record TakeoverWaiting(Instant time, String role, boolean waiting, String reason)
      implements HaEvent {}

  /**
   * A fence hook is called.
   *
   * @param time when
   * @param role the role for which it is needed first
   * @param target whom to fence
   * @param level the level of the {@link FencePlan}, from 1
   * @param hook the hook's name
   * @param reason why
   */
  record FenceStarted(
      Instant time, String role, MemberId target, int level, String hook, String reason)
      implements HaEvent {}

  /**
   * A fence hook has answered or failed, or has not returned though it was interrupted. What a
   * confirmation is worth as long as others of its level are missing, {@link FenceConcluded} tells.
   *
   * @param time when
   * @param attempt the call
   */
  record FenceEnded(Instant time, FenceAttempt attempt) implements HaEvent {}

  /**
   * A fence plan came to its end: a level has confirmed, or none.
   *
   * @param time when
   * @param role the role for which it was needed first
   * @param target whom to fence
   * @param scope what a confirmation means
   * @param result what came of it
   */
  record FenceConcluded(
      Instant time, String role, MemberId target, FenceHook.Scope scope, FenceResult result)
      implements HaEvent {}

  /**
   * The {@linkplain Guardian guardian} of this member runs, or does so no longer; then another one
   * is started. While there is none, no group with a resource that outlives the process starts.
   *
   * @param time when
   * @param running whether there is one
   * @param detail its process, or what became of it and when the next one is started
   */
  record GuardianChanged(Instant time, boolean running, String detail) implements HaEvent {}

  /**
   * An earlier life of this member ended while resources were at work, and its {@linkplain Guardian
   * guardian} stopped them, or tried to. Told when the member begins again.
   *
   * @param time when the guardian was done
   * @param allStopped whether everything is known to have stopped
   * @param actions what it did, in sentences with numbers
   */
  record GuardianActed(Instant time, boolean allStopped, List<String> actions) implements HaEvent {
    /** Copies. */
    public GuardianActed {
      actions = List.copyOf(actions);
    }
  }

  /**
   * This subscriber was too slow: events before the next one were lost. Others may have got them.
   *
   * @param time when the first of them happened
   * @param lost how many
   */
  record Overflow(Instant time, long lost) implements HaEvent {}

  /**
   * The node was closed; the last event.
   *
   * @param time when
   */
  record Stopped(Instant time) implements HaEvent {}

  /**
   * A resource of a role's group started, stopped or failed, or its fail count changed.
   *
   * @param time when
   * @param role the role
   * @param resource its name
   * @param state what happened
   * @param failCount its failures that are not forgotten
   * @param reason why; empty if it was wanted
   */
  record ResourceChanged(
      Instant time, String role, String resource, ResourceState state, int failCount, String reason)
      implements HaEvent {}

  /** What happens to a resource. */
  enum ResourceState {
    /** It works. */
    STARTED,
    /** It works no longer, as wanted. */
    STOPPED,
    /** It failed to start, to stop, or its check. */
    FAILED,
    /** Its fail count has risen and is within the restart limit; follows on {@link #FAILED}. */
    WARNING,
    /** Its fail count is beyond the restart limit: this member may not lead the role. */
    CRITICAL,
    /** It is stopped and started again at this member. */
    RESTARTING,
    /** Its failures are forgotten: they expired, or an operator reset them. */
    RESET
  }

  /**
   * A call of a resource takes too long, and what is done about it. The last step, the end of the
   * process, is told on standard error alone: nobody would hear it here.
   *
   * @param time when
   * @param role the role
   * @param step what is done
   * @param reason which call, and for how long
   */
  record DeadlineStep(Instant time, String role, Escalation step, String reason)
      implements HaEvent {}

  /**
   * Somebody asked this member for an operation, or it is done or refused.
   *
   * @param time when
   * @param operation what was asked for, for example {@code hand-over of main to n2}
   * @param by who asked: the name given to {@link HaNode#operator}, or {@code the application}
   * @param stage how far it is
   * @param detail why it was refused; else empty
   */
  record Operation(Instant time, String operation, String by, Stage stage, String detail)
      implements HaEvent {
    /** How far an operation is. */
    public enum Stage {
      /** It was asked for. */
      ASKED,
      /** It is done. */
      DONE,
      /** It was refused, or it failed. */
      REFUSED;

      /**
       * For logs and JSON.
       *
       * @return the name in small letters
       */
      public String label() {
        return name().toLowerCase(Locale.ROOT);
      }
    }
  }

  /** What is done about a call that does not return. */
  enum Escalation {
    /** Its thread is interrupted. */
    INTERRUPTED,
    /** Nobody waits for it any more; the group goes on on another thread. */
    ABANDONED
  }

  /**
   * What this member reaches of the outside changed: "connectivity lost", or "ready". Dampened, so
   * a single lost answer is not told.
   *
   * @param time when
   * @param reached how many targets it reaches
   * @param targets how many are probed
   * @param needed how many it must reach
   * @param enough whether it reaches enough to lead
   * @param detail which targets are not reached and why; empty if all are
   */
  record ConnectivityChanged(
      Instant time, int reached, int targets, int needed, boolean enough, String detail)
      implements HaEvent {}

  /**
   * A check of the application changed its mind. The first answer is told only if it is bad.
   *
   * @param time when
   * @param check its name
   * @param healthy what it says now
   * @param reason why not; empty if it is
   */
  record HealthChanged(Instant time, String check, boolean healthy, String reason)
      implements HaEvent {}

  /**
   * Members have declared a role with different rules, or do so no longer. Each decides by its own,
   * so there is no automatic fail-back of it while they differ. Each member of the roster counts
   * with what it said last: one that is silent or restarts has not agreed.
   *
   * @param time when it was noticed
   * @param role the role
   * @param differ whether they do
   * @param detail which rules, and who agrees with whom, for example {@code the members have
   *     different rules for it: preference (n1, n3 / n2)}; empty if nothing differs
   */
  record RulesDiffer(Instant time, String role, boolean differ, String detail) implements HaEvent {}

  /**
   * Maintenance of the cluster began or ended, as this member has heard.
   *
   * @param time when it heard
   * @param on whether nothing is to change
   * @param by the member at which an operator said so
   */
  record MaintenanceChanged(Instant time, boolean on, MemberId by) implements HaEvent {}
}

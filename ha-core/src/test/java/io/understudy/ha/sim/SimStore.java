package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Roster;
import io.understudy.ha.internal.runtime.MemberRecord;
import io.understudy.ha.internal.runtime.RosterCodec;
import java.util.HashSet;
import java.util.Set;

/** A member's disk: one record, replaced as a whole or not at all. */
final class SimStore {
  private final MemberRecord empty;
  private MemberRecord stored;
  private final Set<String> forgotten = new HashSet<>();
  private boolean forgotFounding;
  private MemberRecord rosterOf;
  private Roster roster;
  private int generation;
  private boolean failing;
  private long failsUntil = Long.MIN_VALUE;
  private long slowUntil = Long.MIN_VALUE;

  SimStore(MemberRecord empty, MemberRecord initial) {
    this.empty = empty;
    this.stored = initial;
    this.rosterOf = initial;
    this.roster = RosterCodec.known(initial).roster();
  }

  /** The roster that is in force by what is stored. */
  @SuppressWarnings(
      "ReferenceEquality") // the cheap question is enough: a record is replaced as a whole
  Roster roster() {
    if (rosterOf != stored) {
      rosterOf = stored;
      roster = RosterCodec.known(stored).roster();
    }
    return roster;
  }

  MemberRecord stored() {
    return stored;
  }

  void save(MemberRecord changed) {
    stored = changed;
  }

  /** The disk is gone; the member gets an empty one. */
  void lose() {
    lose(empty.roster());
  }

  /** The same, and the member is configured with another roster. */
  void lose(Roster seed) {
    forgotten.addAll(stored.ballots().keySet());
    forgotFounding |= stored.founding().directory();
    stored =
        new MemberRecord(
            empty.member(), empty.cluster(), seed, 0, empty.founding(), empty.ballots());
    generation++;
  }

  /** How many disks this member has lost. */
  int generation() {
    return generation;
  }

  /** Whether a lost disk held this role, or the knowledge that there was nothing of it. */
  boolean hasForgotten(String role) {
    return forgotFounding || forgotten.contains(role);
  }

  boolean isEmpty() {
    return stored.ballots().isEmpty() && !stored.founding().directory();
  }

  boolean isFailing(long now) {
    return failing || isBroken(now);
  }

  /** Whether nothing can be saved for some time. */
  boolean isBroken(long now) {
    return now < failsUntil;
  }

  boolean isSlow(long now) {
    return now < slowUntil;
  }

  /** Nothing can be saved until then. */
  void failUntil(long until) {
    failsUntil = until;
  }

  /** Each save may take longer than a lease until then. */
  void slowUntil(long until) {
    slowUntil = until;
  }

  void mend() {
    failing = false;
    failsUntil = Long.MIN_VALUE;
    slowUntil = Long.MIN_VALUE;
  }

  void failing(boolean nowFailing) {
    failing = nowFailing;
  }
}

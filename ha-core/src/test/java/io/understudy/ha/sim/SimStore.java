package io.understudy.ha.sim;

import io.understudy.ha.internal.runtime.MemberRecord;

/** A member's disk: one record, replaced as a whole or not at all. */
final class SimStore {
  private final MemberRecord empty;
  private MemberRecord stored;
  private int generation;
  private boolean failing;

  SimStore(MemberRecord empty, MemberRecord initial) {
    this.empty = empty;
    this.stored = initial;
  }

  MemberRecord stored() {
    return stored;
  }

  void save(MemberRecord changed) {
    stored = changed;
  }

  /** The disk is gone; the member gets an empty one. */
  void lose() {
    stored = empty;
    generation++;
  }

  /** How many disks this member has lost. */
  int generation() {
    return generation;
  }

  boolean isEmpty() {
    return stored.ballots().isEmpty() && !stored.founding().directory();
  }

  boolean isFailing() {
    return failing;
  }

  void failing(boolean nowFailing) {
    failing = nowFailing;
  }
}
